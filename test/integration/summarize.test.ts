/** A full lane summarizes: nothing is lost, totals are exact, and answers say what they lack. */
import type { LaneSnapshot, SeriesSnapshot } from 'offloop'
import { describe, expect, test } from 'vitest'
import { RELATIVE_ERROR_MAX } from '../../src/shared/statistics/bucket-index.ts'
import { eventsOf, eventually, liveTelemetry, loggedTelemetry } from './live-telemetry.ts'
import { runProgram } from './program.ts'
import { ToldThread } from './told-thread.ts'

const BURST = 100_000

function burst(metric: { record(value: number): void }, count: number): void {
  for (let value = 1; value <= count; value++) metric.record(value)
}

describe('an aggregator that is frozen half of the time', () => {
  test('under five million samples in a tight loop: every total is exact, and the percentiles are as good as stated', async () => {
    const end = await runProgram('frozen-half.mjs', '5000000')
    expect(end).toMatchObject({ code: 0, stderr: '' })
    const said = JSON.parse(end.stdout) as FrozenHalf
    const { put, often, seldom, exact } = said
    expect(said.frozenCount).toBe(10)
    expect(said.flushed).toEqual({ ok: true, lost: 0, timedOut: false })
    expect(often).toMatchObject({
      total: put.often,
      count: put.often,
      totalSum: put.sum,
      invalid: put.invalid,
    })
    expect(often).toMatchObject({ min: 0.125, max: 100_003 / 8, lost: 0, exact: false })
    expect(seldom).toMatchObject({ total: put.seldom, min: -100_003 / 8, lost: 0 })
    expect(said.halves).toMatchObject({ total: put.halves / 2, lost: 0, exact: true })
    for (const name of ['p50', 'p95', 'p99'] as const) {
      expect(Math.abs(often[name]! - exact[name]) / exact[name]).toBeLessThanOrEqual(RELATIVE_ERROR_MAX)
    }
    expect(said.pauses).toHaveLength(4)
    for (const { put, lane, lost, summarized } of said.pauses) {
      expect(lane).toMatchObject({ recorded: put, dropped: 0, pending: 0, summarized })
      expect(lane.drained + lane.summarized).toBe(put)
      expect([lost, summarized > 0]).toEqual([0, true])
    }
    expect(often.summarized + seldom.summarized + said.halves.summarized).toBeLessThanOrEqual(
      said.pauses[3]!.summarized,
    )
  }, 30_000)
})

interface FrozenHalf {
  readonly put: Record<'often' | 'seldom' | 'invalid' | 'halves' | 'sum', number>
  readonly frozenCount: number
  readonly flushed: object
  readonly pauses: readonly { put: number; lane: LaneSnapshot; lost: number; summarized: number }[]
  readonly exact: Record<'p50' | 'p95' | 'p99', number>
  readonly often: SeriesSnapshot
  readonly seldom: SeriesSnapshot
  readonly halves: SeriesSnapshot
}

describe('a lane that overflows', () => {
  test('before the aggregator is up keeps the first samples one by one, and the others as counts', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 64, log: false })
    const echo = telemetry.latency('echo')
    burst(echo, 100)
    expect(telemetry.status.aggregator).toBe('booting')
    expect(await telemetry.flush()).toEqual({ ok: true, lost: 0, timedOut: false })
    const rolling = await telemetry.query('echo')
    expect(rolling).toMatchObject({
      count: 64,
      max: 64,
      total: 100,
      totalSum: 5_050,
      summarized: 36,
      exact: false,
    })
    expect(rolling).toMatchObject({ last: 100, lost: 0, window: { size: 64, evicted: 0 } })
    expect(echo.stats()).toMatchObject({
      ...rolling,
      rate: expect.any(Number),
      timestamp: expect.any(Number),
    })
    const window = await telemetry.query('echo', { window: '1m' })
    expect(window).toMatchObject({ count: 100, sum: 5_050, min: 1, max: 100, exact: false })
    const { lanes, summarized } = await telemetry.snapshot()
    expect([summarized, lanes[0]]).toMatchObject([
      36,
      { drained: 64, summarized: 36, dropped: 0, recorded: 100 },
    ])
    expect(await telemetry.close()).toEqual({ ok: true, lost: 0, timedOut: false })
  })

  test('is exact again once as many samples have come as the window holds', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 64, windowCapacity: 50, log: false })
    const echo = telemetry.latency('echo')
    burst(echo, 100)
    await telemetry.flush()
    burst(echo, 49)
    await telemetry.flush()
    expect((await telemetry.query('echo')).exact).toBe(false)
    burst(echo, 1)
    await telemetry.flush()
    expect(await telemetry.query('echo')).toMatchObject({ exact: true, count: 50, summarized: 36 })
    expect(echo.stats()).toMatchObject({ exact: true, summarized: 36 })
  })

  test('says so once on the log, as a metric, and not as a loss', async () => {
    const { telemetry, lines } = loggedTelemetry({ laneCapacity: 16 })
    const losses = eventsOf(telemetry, 'perf.samples_lost')
    const echo = telemetry.latency('echo')
    for (let round = 0; round < 3; round++) {
      burst(echo, 1_000)
      await telemetry.flush()
    }
    await eventually(async () => {
      const { self, summarized } = await telemetry.snapshot()
      const metric = self.find(({ metric }) => metric === 'offloop_samples_summarized')
      expect([summarized > 0, metric?.total]).toEqual([true, summarized])
    })
    await telemetry.close()
    expect(lines).toEqual([expect.stringMatching(/^offloop: \d+ samples of thread 0 .* summarized/)])
    expect(losses).toEqual([])
  })

  test('gives an SLO what it judges: its time window has every sample, its rolling window is said not to be exact', async () => {
    const telemetry = liveTelemetry({
      laneCapacity: 16,
      log: false,
      slos: [
        { metric: 'echo', objective: 'p(95)<1ms', window: '1m' },
        { metric: 'echo', objective: 'p(50)<1ms' },
        { metric: 'echo', objective: 'count<1', window: '1m' },
      ],
    })
    const events = eventsOf(telemetry, 'perf.slo_violation')
    burst(telemetry.latency('echo'), 1_000)
    await telemetry.close()
    const found = Object.fromEntries(events.map(event => [`${event.percentile} ${event.window}`, event]))
    expect(found).toMatchObject({
      'p95 1m': { count: 1_000, exact: false },
      'p50 rolling': { exact: false },
      'count 1m': { actual: 1_000, exact: true },
    })
    expect(Math.abs(found['p95 1m']!.actual - 950) / 950).toBeLessThanOrEqual(RELATIVE_ERROR_MAX)
  })

  test('with far more series than its summary has pages for drops what finds none, and counts it', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 16, maxSeriesPerMetric: 5_000, log: false })
    const work = telemetry.latency('work', { labelNames: ['n'] })
    const handles = Array.from({ length: 3_000 }, (_, n) => work.labels({ n }))
    await telemetry.ready
    for (let round = 0; round < 20; round++) for (const handle of handles) handle.record(round + 1)
    const { ok, lost } = await telemetry.flush()
    const { lanes, summarized, series } = await telemetry.snapshot()
    expect(lanes[0]).toMatchObject({ recorded: 60_000, dropped: lost, summarized, pending: 0 })
    expect(ok).toBe(lost === 0)
    expect(series.reduce((sum, { total, lost }) => sum + total + lost, 0)).toBe(60_000)
    expect(series.reduce((sum, series) => sum + series.summarized, 0)).toBe(summarized)
  })
})

test('several lanes at once: attached threads summarize as their share says, and nothing of theirs is lost', async () => {
  const telemetry = liveTelemetry({ laneCapacity: 16, log: false })
  const threads = [new ToldThread(telemetry.share()), new ToldThread(telemetry.share())]
  await telemetry.ready
  const bursts = threads.map((thread, index) =>
    thread.run(
      ({ telemetry }, calls) => {
        const echo = telemetry.latency('echo')
        for (let value = 1; value <= calls; value++) echo.record(value)
        return telemetry.flush()
      },
      BURST * (index + 1),
    ),
  )
  burst(telemetry.latency('echo'), BURST)
  await Promise.all(bursts)
  expect(await telemetry.flush()).toEqual({ ok: true, lost: 0, timedOut: false })
  const { lanes, summarized } = await telemetry.snapshot()
  expect(lanes.map(({ recorded }) => recorded).sort((a, b) => a - b)).toEqual([BURST, BURST, 2 * BURST])
  for (const lane of lanes) expect(lane).toMatchObject({ dropped: 0, pending: 0 })
  const sumTo = (count: number) => (count * (count + 1)) / 2
  const echo = await telemetry.query('echo', { window: 'start' })
  expect(echo).toMatchObject({ total: 4 * BURST, totalSum: 2 * sumTo(BURST) + sumTo(2 * BURST), summarized })
  expect(echo).toMatchObject({ min: 1, lost: 0 })
  // Exact, or the bound of its bucket: the value of the last sample may be read after it was counted.
  expect(echo.max).toBeGreaterThanOrEqual(2 * BURST)
  expect(echo.max).toBeLessThanOrEqual(2 * BURST * 2 ** (1 / 32))
})
