/** A process with a number of series in one library, which measures what they cost it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Latency, Telemetry } from 'offloop'
import { Histogram, Registry } from 'prom-client'
import { lognormalValues, uniformNumbers } from '../../setup/inputs.ts'
import type { SeriesCosts, SeriesPlan } from '../growth-series.ts'
import { pace } from '../setup/pacing.ts'
import { percentileOf } from '../setup/percentile.ts'
import { answerParent, programArgument } from '../setup/program-channel.ts'
import { threadCpuSince } from '../setup/thread-cpu.ts'
import { startWatchedTelemetry } from '../setup/watched-telemetry.ts'

/** A quarter of a lane: with the lane empty before it, nothing is ever dropped. A power of two. */
const RECORDS_PER_RUN = 16_384
const ORDER_MASK = RECORDS_PER_RUN - 1
const RUN_COUNT = 40
const SLOW_RECORDS_PER_RUN = 2_048
/** Handles are bound in portions, with the aggregator keeping up. */
const BINDINGS_PER_PORTION = 10_000
const IDLE_MS = 1_200
const BUSY_MS = 900
/** What can still be drained of 100,000 series. */
const BUSY_RATE_PER_S = 200_000

const { library, seriesCount } = programArgument<SeriesPlan>()
const values = lognormalValues(RECORDS_PER_RUN)
/** Series in no order: each is as likely to come next, as with requests. */
const nextUniform = uniformNumbers(seriesCount)
const order = Uint32Array.from(values, () => Math.floor(nextUniform() * seriesCount))

answerParent(() => (library === 'offloop' ? measureOffloop() : measurePromClient()))

async function measureOffloop(): Promise<SeriesCosts> {
  const { telemetry, aggregatorThread } = await startWatchedTelemetry({
    maxSeriesPerMetric: seriesCount,
    // What is lost is in the figures: no need to say it on stderr as well.
    log: false,
  })
  await telemetry.snapshot()
  const bytesBefore = process.memoryUsage.rss()
  const latency = telemetry.latency('request', { labelNames: ['n'] })
  const handles: Latency[] = []
  let bindMs = 0
  for (let first = 0; first < seriesCount; first += BINDINGS_PER_PORTION) {
    const end = Math.min(seriesCount, first + BINDINGS_PER_PORTION)
    const startMs = performance.now()
    for (let index = first; index < end; index += 1) handles.push(latency.labels({ n: index }))
    bindMs += performance.now() - startMs
    // One sample each: a series without any would take no memory for them.
    for (let index = first; index < end; index += 1) handles[index]!.record(1)
    await telemetry.flush()
  }
  const bytesAfter = process.memoryUsage.rss()

  let recordedCount = seriesCount
  const record = (count: number, doneCount = 0) => {
    for (let index = doneCount; index < doneCount + count; index += 1) {
      handles[order[index & ORDER_MASK]!]!.record(values[index & ORDER_MASK]!)
    }
    recordedCount += count
  }
  const recordNs = await medianNsOf(
    RECORDS_PER_RUN,
    () => record(RECORDS_PER_RUN),
    () => selfTotals(telemetry),
  )
  const idle = await ticksDuring(telemetry, aggregatorThread, () => sleep(IDLE_MS))
  const busy = await ticksDuring(telemetry, aggregatorThread, () =>
    pace({ ratePerS: BUSY_RATE_PER_S, durationMs: BUSY_MS }, record),
  )
  const { total } = await telemetry.query('request')
  const { lost } = await telemetry.close()
  return {
    recordNs,
    bindNs: (bindMs * 1e6) / seriesCount,
    bytesPerSeries: (bytesAfter - bytesBefore) / seriesCount,
    drainNs: (busy.drainMs * 1e6) / busy.sampleCount,
    idleTickMs: idle.cpuMsPerTick,
    busyTickMs: busy.cpuMsPerTick,
    lostPercent: (100 * lost) / recordedCount,
    missingCount: recordedCount - total - lost,
  }
}

/** What the aggregator says of its own ticks, and the system of its thread. */
async function ticksDuring(telemetry: Telemetry, thread: string | undefined, work: () => Promise<unknown>) {
  const before = await selfTotals(telemetry)
  const cpuMs = threadCpuSince(thread)
  await work()
  const elapsedCpuMs = cpuMs()
  const after = await selfTotals(telemetry)
  const tickCount = after.tickCount - before.tickCount
  return {
    cpuMsPerTick: elapsedCpuMs === undefined ? undefined : elapsedCpuMs / tickCount,
    sampleCount: after.sampleCount - before.sampleCount,
    drainMs: after.drainMs - before.drainMs,
  }
}

/** Being asked, the aggregator drains all lanes first. */
async function selfTotals(telemetry: Telemetry) {
  const [drain, lag, batch] = await Promise.all([
    telemetry.query('offloop_drain_time'),
    telemetry.query('offloop_tick_lag'),
    telemetry.query('offloop_batch_size'),
  ])
  return { drainMs: drain.totalSum, tickCount: lag.total, sampleCount: batch.totalSum }
}

async function measurePromClient(): Promise<SeriesCosts> {
  const bytesBefore = process.memoryUsage.rss()
  const histogram = new Histogram({
    name: 'request',
    help: 'Requests',
    labelNames: ['n'],
    registers: [new Registry()],
  })
  // As its documentation has it: labels at each call. The texts exist already, as in a server.
  const texts = Array.from({ length: seriesCount }, (_, index) => `${index}`)
  for (const n of texts) histogram.observe({ n }, 1)
  const bytesAfter = process.memoryUsage.rss()
  // Fewer at a time, but the same order as offloop's, from one run to the next: as many series are touched in the end.
  let doneCount = 0
  const recordNs = await medianNsOf(
    SLOW_RECORDS_PER_RUN,
    () => {
      for (const endCount = doneCount + SLOW_RECORDS_PER_RUN; doneCount < endCount; doneCount += 1) {
        const index = doneCount & ORDER_MASK
        histogram.observe({ n: texts[order[index]!]! }, values[index]!)
      }
    },
    async () => {},
  )
  return { recordNs, bytesPerSeries: (bytesAfter - bytesBefore) / seriesCount }
}

/** The median run, after one that warms up. */
async function medianNsOf(
  operationCount: number,
  run: () => void,
  prepare: () => Promise<unknown>,
): Promise<number> {
  const runsNs = new Float64Array(RUN_COUNT)
  for (let count = -1; count < RUN_COUNT; count += 1) {
    await prepare()
    const startNs = process.hrtime.bigint()
    run()
    if (count >= 0) runsNs[count] = Number(process.hrtime.bigint() - startNs)
  }
  return percentileOf(runsNs, 50) / operationCount
}
