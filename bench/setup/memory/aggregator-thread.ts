/** What 20 full metrics take on the aggregator thread of a whole telemetry, by snapshots of that thread's heap. */
import type { Worker } from 'node:worker_threads'
import { recordAll } from './record-all.ts'
import { METRIC_NAMES } from './workload.ts'

export interface AggregatorThreadMemory {
  /** Heap and ArrayBuffers, full, less those of an aggregator without metrics. What was compiled on the way is in it. */
  readonly threadBytes: number
  /** Heap and ArrayBuffers of an aggregator without metrics: its code, and what Node has in any thread. */
  readonly emptyBytes: number
}

interface HeapSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[] } }
  readonly nodes: readonly number[]
}

/** `process.memoryUsage()` knows of the thread that calls it only, and Node 20 lets no thread read another's heap but by
 *  a snapshot. That lists every object, those of ArrayBuffers with their bytes; what is unreachable is collected first. */
export async function measureAggregatorThread(): Promise<AggregatorThreadMemory> {
  const { createTelemetry } = await import('offloop')
  const workers: Worker[] = []
  process.on('worker', worker => workers.push(worker))
  // Neither the aggregator nor a snapshot that is being taken keeps the process alive.
  const keepAlive = setInterval(() => {}, 1_000)
  const telemetry = createTelemetry({ service: 'bench' })
  await telemetry.ready
  await telemetry.flush()
  const [aggregator] = workers
  if (workers.length !== 1) throw new Error(`telemetry has ${workers.length} threads, and one was expected`)
  const before = await heapBytes(aggregator!)
  await recordAll(
    telemetry,
    METRIC_NAMES.map(name => telemetry.latency(name)),
  )
  const after = await heapBytes(aggregator!)
  await telemetry.close()
  clearInterval(keepAlive)
  return { threadBytes: after - before, emptyBytes: before }
}

async function heapBytes(worker: Worker): Promise<number> {
  const stream = await worker.getHeapSnapshot()
  stream.setEncoding('utf8')
  let text = ''
  for await (const part of stream) text += part
  const { snapshot, nodes } = JSON.parse(text) as HeapSnapshot
  const fields = snapshot.meta.node_fields
  let bytes = 0
  for (let field = fields.indexOf('self_size'); field < nodes.length; field += fields.length) {
    bytes += nodes[field]!
  }
  return bytes
}
