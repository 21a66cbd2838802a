/** Has its garbage collected in bursts, and counts that itself, beside. Needs --expose-gc. */
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { createTelemetry } from 'offloop'
import { startRuntimeMetrics } from 'offloop/runtime'
import { passMs, seriesOf } from './measured.mjs'

const TYPES = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  2: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}
const telemetry = createTelemetry({ service: 'collects' })
await telemetry.ready

const expected = {}
const durations = {}
let batchMax = 0
const count = entries => {
  batchMax = Math.max(batchMax, entries.length)
  for (const { detail, duration } of entries) {
    const type = TYPES[detail.kind]
    expected[type] = (expected[type] ?? 0) + 1
    durations[type] = (durations[type] ?? 0) + duration / 1e3
  }
}
const observer = new PerformanceObserver(list => count(list.getEntries()))
// Both begin within one turn of the loop, and end within one: they see the same.
const runtime = startRuntimeMetrics(telemetry, { intervalMs: 60_000 })
observer.observe({ entryTypes: ['gc'] })

for (let burst = 0; burst < 3; burst++) {
  for (let collection = 0; collection < 50; collection++) globalThis.gc({ type: 'minor', execution: 'sync' })
  for (let collection = 0; collection < 5; collection++) globalThis.gc()
  await passMs(20)
}
count(observer.takeRecords())
runtime.stop()
observer.disconnect()

const series = await seriesOf(telemetry)
const recorded = {}
const sums = {}
for (const type of ['minor', 'major', 'incremental', 'weakcb']) {
  const one = series[`v8js.gc.duration ${type} 0`]
  if (one === undefined) continue
  recorded[type] = one.total
  sums[type] = one.totalSum
}
globalThis.gc()
await passMs(20)
const afterStop = (await seriesOf(telemetry))['v8js.gc.duration major 0'].total
console.log(JSON.stringify({ expected, recorded, durations, sums, batchMax, afterStop }))
await telemetry.close()
