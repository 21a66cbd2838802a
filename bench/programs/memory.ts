/** Holds twenty full metrics, a bare worker or nothing, and prints what the process takes then, as JSON. */
import { Worker } from 'node:worker_threads'
import type { HeldBy, ProcessMemory } from '../questions/memory.ts'
import { METRIC_COUNT, WINDOW_CAPACITY } from '../setup/full-metrics.ts'
import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../setup/inputs.ts'
import { bytesInUse, countSharedMemory } from '../setup/memory.ts'

const durationsMs = lognormalValues(INPUT_COUNT)
const sharedBytes = countSharedMemory()
const beforeBytes = bytesInUse()
const held = await hold(process.argv[2] as HeldBy)
const result: ProcessMemory = {
  threadBytes: bytesInUse() - beforeBytes,
  sharedBytes: sharedBytes(),
  residentBytes: process.memoryUsage().rss,
  sampleCount: await held.sampleCount(),
}
await held.end()
process.stdout.write(JSON.stringify(result))

async function hold(holder: HeldBy) {
  if (holder === 'nothing') return { sampleCount: () => 0, end: () => {} }
  if (holder === 'worker') {
    const worker = new Worker("require('node:worker_threads').parentPort.ref()", { eval: true })
    await new Promise(resolve => worker.once('online', resolve))
    return { sampleCount: () => 0, end: () => worker.terminate() }
  }
  const { createTelemetry } = await import('offloop')
  const telemetry = createTelemetry({ service: 'bench', windowCapacity: WINDOW_CAPACITY })
  await telemetry.ready
  for (let metric = 0; metric < METRIC_COUNT; metric += 1) {
    const latency = telemetry.latency(`request_${metric}`)
    for (let index = 0; index < WINDOW_CAPACITY; index += 1) latency.record(durationsMs[index & INPUT_MASK]!)
    // A lane holds the samples of six metrics.
    await telemetry.flush()
  }
  const sampleCount = async () => {
    const { series } = await telemetry.snapshot()
    return series.reduce((sum, { window }) => sum + window.size, 0)
  }
  return { sampleCount, end: () => telemetry.close() }
}
