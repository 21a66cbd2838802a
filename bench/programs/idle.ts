/** Is idle, with or without a library of metrics in it, and prints what that cost, as JSON. */
import type { IdleCost, IdleWith } from '../questions/loop.ts'

const METRIC_COUNT = 20
/** What begins with a burst of work comes to rest. */
const SETTLE_MS = 800
const MEASURED_MS = 1_500

const close = await open(process.argv[2] as IdleWith)
await passMs(SETTLE_MS)
const cpuBefore = process.cpuUsage()
const beforeMs = performance.now()
await passMs(MEASURED_MS)
const { user, system } = process.cpuUsage(cpuBefore)
const cost: IdleCost = {
  corePercent: (100 * (user + system)) / 1e3 / (performance.now() - beforeMs),
  residentBytes: process.memoryUsage().rss,
}
await close()
process.stdout.write(JSON.stringify(cost))

/** @returns closes it */
async function open(library: IdleWith): Promise<() => unknown> {
  if (library === 'nothing') return () => {}
  if (library === 'prom-client') {
    const { collectDefaultMetrics, register } = await import('prom-client')
    collectDefaultMetrics()
    return () => register.clear()
  }
  const { createTelemetry } = await import('offloop')
  const telemetry = createTelemetry({ service: 'bench' })
  for (let metric = 0; metric < METRIC_COUNT; metric += 1) telemetry.latency(`request_${metric}`).record(12.5)
  await telemetry.ready
  return () => telemetry.close()
}

/** Keeps the process alive, which telemetry does not. */
function passMs(durationMs: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, durationMs))
}
