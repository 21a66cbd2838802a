/** Is measured by runtime metrics, in one of three ways, and prints what that cost, as JSON. */
import { setImmediate } from 'node:timers/promises'
import { createTelemetry, type TelemetryOptions } from 'offloop'
import type { CollectionCost, RoundCost, RuntimeIdleCost, RuntimeVariant } from '../questions/runtime.ts'

/** What begins with a burst of work comes to rest. */
const SETTLE_MS = 800
/** Two rounds of readings. */
const IDLE_MS = 10_000
const ROUND_INTERVAL_MS = 100
const ROUND_COUNT = 30
const RESOLUTION_MS = 20
const BURST_COUNT = 40
const COLLECTIONS_PER_BURST = 50

const VARIANTS: Readonly<
  Record<Exclude<RuntimeVariant, 'nothing' | 'prom-client'>, TelemetryOptions['runtime']>
> = {
  telemetry: false,
  runtime: true,
  'runtime-10': { eventLoopResolutionMs: 10 },
  'runtime-100': { eventLoopResolutionMs: 100 },
}

const [mode, variant] = process.argv.slice(2)
if (mode === 'idle') print(await idle(variant as RuntimeVariant))
else if (mode === 'round') print(await round())
else print(await collections(variant === 'gc'))

async function idle(library: RuntimeVariant): Promise<RuntimeIdleCost> {
  const close = await open(library)
  await passMs(SETTLE_MS)
  const cpuBefore = process.cpuUsage()
  const beforeMs = performance.now()
  await passMs(IDLE_MS)
  const { user, system } = process.cpuUsage(cpuBefore)
  const corePercent = (100 * (user + system)) / 1e3 / (performance.now() - beforeMs)
  const residentBytes = process.memoryUsage().rss
  await close()
  return { corePercent, residentBytes }
}

async function open(library: RuntimeVariant): Promise<() => unknown> {
  if (library === 'nothing') return () => {}
  if (library === 'prom-client') {
    const { collectDefaultMetrics, register } = await import('prom-client')
    collectDefaultMetrics()
    return () => register.clear()
  }
  const telemetry = createTelemetry({ service: 'bench', runtime: VARIANTS[library] ?? false })
  await telemetry.ready
  return () => telemetry.close()
}

/** What the two timers of runtime metrics take of this thread, each time they fire. */
async function round(): Promise<RoundCost> {
  const roundUs: number[] = []
  const delayUs: number[] = []
  const { setInterval, setTimeout } = globalThis
  const timed = (into: number[], callback: () => void) => () => {
    const beforeMs = performance.now()
    callback()
    into.push(1e3 * (performance.now() - beforeMs))
  }
  // Nothing else here uses an interval, nor a time-out as long as the change of histograms takes.
  globalThis.setInterval = ((callback: () => void, delayMs: number) =>
    setInterval(timed(roundUs, callback), delayMs)) as typeof globalThis.setInterval
  globalThis.setTimeout = ((callback: () => void, delayMs: number) =>
    setTimeout(
      delayMs === 3 * RESOLUTION_MS ? timed(delayUs, callback) : callback,
      delayMs,
    )) as typeof globalThis.setTimeout
  const runtime = { intervalMs: ROUND_INTERVAL_MS, eventLoopResolutionMs: RESOLUTION_MS }
  const telemetry = createTelemetry({ service: 'bench', runtime })
  await telemetry.ready
  await new Promise(resolve => setTimeout(resolve, ROUND_INTERVAL_MS * ROUND_COUNT))
  await telemetry.close()
  return { roundUs: medianOf(roundUs), delayUs: medianOf(delayUs) }
}

/** What a burst of collections leaves to do: the observer's part is done in the turns after it. Needs --expose-gc. */
async function collections(isObserved: boolean): Promise<CollectionCost> {
  const telemetry = createTelemetry({ service: 'bench', runtime: { gc: isObserved } })
  await telemetry.ready
  const collect = (globalThis as unknown as { gc(options: object): void }).gc
  const afterUs: number[] = []
  for (let burst = 0; burst < BURST_COUNT; burst += 1) {
    for (let one = 0; one < COLLECTIONS_PER_BURST; one += 1) collect({ type: 'minor', execution: 'sync' })
    const beforeMs = performance.now()
    for (let turn = 0; turn < 4; turn += 1) await setImmediate()
    afterUs.push((1e3 * (performance.now() - beforeMs)) / COLLECTIONS_PER_BURST)
  }
  const recordedCount = isObserved ? (await telemetry.query('v8js.gc.duration')).total : 0
  await telemetry.close()
  return { afterUs: medianOf(afterUs), recordedCount }
}

/** Keeps the process alive, which telemetry does not. */
function passMs(durationMs: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, durationMs))
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function print(cost: unknown): void {
  process.stdout.write(JSON.stringify(cost))
}
