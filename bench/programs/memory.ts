/** Measures what one thing takes in a process that holds nothing else, and prints it as JSON. */
import { Worker } from 'node:worker_threads'
import type { ForScale, ProcessMemory } from '../questions/memory.ts'
import { measureAggregatorThread } from '../setup/memory/aggregator-thread.ts'
import { measureRecordingThread } from '../setup/memory/recording-thread.ts'
import { measureRegistry } from '../setup/memory/registry.ts'
import type { MemorySubject } from '../setup/memory.ts'

const MEASURE_MS_MAX = 60_000

const measurements: Readonly<Record<MemorySubject | ForScale, () => unknown>> = {
  registry: measureRegistry,
  'recording thread': measureRecordingThread,
  'aggregator thread': measureAggregatorThread,
  nothing: residentMemory,
  'bare worker': measureBareWorker,
}

// Whoever has started it may have died meanwhile.
setTimeout(() => process.exit(1), MEASURE_MS_MAX).unref()

const measure = measurements[process.argv[2] as keyof typeof measurements]
process.stdout.write(JSON.stringify(await measure()))

function residentMemory(): ProcessMemory {
  return { residentBytes: process.memoryUsage().rss }
}

async function measureBareWorker(): Promise<ProcessMemory> {
  const worker = new Worker("require('node:worker_threads').parentPort.ref()", { eval: true })
  await new Promise(resolve => worker.once('online', resolve))
  const memory = residentMemory()
  await worker.terminate()
  return memory
}
