/** recorded = drained + summarized + dropped + pending, exactly: whatever overflows is counted, for its lane and for its
 *  series. What becomes of it otherwise is in summarize.test.ts. */
import { describe, expect, test } from 'vitest'
import { eventsOf, eventually, liveTelemetry } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

const BURST = 100_000

/** Records `count` samples at one go. */
function burst(metric: { record(value: number): void }, count: number): void {
  for (let value = 1; value <= count; value++) metric.record(value)
}

describe('one lane', () => {
  test.each([
    [16, 'drop'],
    [64, 'drop'],
    [1_024, 'drop'],
    [16, 'summarize'],
    [1_024, 'summarize'],
  ] as const)(
    'laneCapacity %i, overflow %s: every call is drained, summarized, dropped or pending, at every pause',
    async (laneCapacity, overflow) => {
      const telemetry = liveTelemetry({ laneCapacity, overflow, log: false })
      const work = telemetry.latency('work', { labelNames: ['kind'] })
      const often = work.labels({ kind: 'often' })
      const seldom = work.labels({ kind: 'seldom' })
      await telemetry.ready
      let calls = 0
      for (let pause = 0; pause < 10; pause++) {
        burst(often, BURST / 10)
        seldom.record(1)
        calls += BURST / 10 + 1
        const { lanes, lost } = await telemetry.snapshot()
        const [lane] = lanes
        expect(lane).toMatchObject({ capacity: laneCapacity, recorded: calls })
        expect(lane!.drained + lane!.summarized + lane!.dropped + lane!.pending).toBe(calls)
        expect(lost).toBe(lane!.dropped)
      }

      const { lost } = await telemetry.flush()
      const { lanes, series, summarized } = await telemetry.snapshot()
      expect(lost + summarized, 'a lane this small cannot take such bursts').toBeGreaterThan(0)
      expect(overflow === 'drop' ? summarized : lost, 'only one of the two comes up').toBe(0)
      expect(lanes[0]).toMatchObject({ recorded: calls, pending: 0, dropped: lost })
      const [oftenSeries, seldomSeries] = series
      expect(oftenSeries!.total + oftenSeries!.lost).toBe(BURST)
      expect(seldomSeries!.total + seldomSeries!.lost).toBe(10)
      expect(oftenSeries!.lost + seldomSeries!.lost).toBe(lost)
      expect(oftenSeries!.summarized + seldomSeries!.summarized).toBe(summarized)
      const { lost: oftenLost, total, summarized: oftenSummarized, window, exact } = oftenSeries!
      expect(often.stats()).toMatchObject({
        lost: oftenLost,
        total,
        summarized: oftenSummarized,
        window,
        exact,
      })
    },
  )

  test('before the aggregator is up a lane takes its capacity, to the last slot, and counts the rest', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 64, overflow: 'drop' })
    const echo = telemetry.latency('echo')
    burst(echo, 100)
    expect(telemetry.status.aggregator).toBe('booting')
    expect(await telemetry.flush()).toEqual({ ok: false, lost: 36, timedOut: false })
    // The ones that came first stay; nothing that is unread is ever overwritten.
    expect(await telemetry.query('echo')).toMatchObject({ total: 64, min: 1, max: 64, last: 64, lost: 36 })
    burst(echo, 1)
    expect(await telemetry.close()).toEqual({ ok: false, lost: 36, timedOut: false })
  })

  test('a full lane is no end: what comes after the overflow is taken again', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 16, overflow: 'drop' })
    const echo = telemetry.latency('echo')
    burst(echo, 1_000)
    const { lost } = await telemetry.flush()
    for (let value = 1; value <= 50; value++) {
      echo.record(-value)
      if (value % 8 === 0) await telemetry.flush()
    }
    expect(await telemetry.flush()).toMatchObject({ lost })
    expect(await telemetry.query('echo')).toMatchObject({ total: 1_000 - lost + 50, last: -50, lost })
  })

  test('whole increments of a counter cannot be lost, fractional ones are counted when they are', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 16, overflow: 'drop' })
    const whole = telemetry.counter('whole')
    const half = telemetry.counter('half')
    await telemetry.ready
    for (let count = 0; count < 50_000; count++) {
      whole.add(3)
      half.add(0.5)
    }
    const { lost } = await telemetry.flush()
    expect(await telemetry.query('whole')).toMatchObject({ total: 150_000, lost: 0 })
    const fraction = await telemetry.query('half')
    expect(fraction.lost).toBe(lost)
    expect(fraction.total * 2 + fraction.lost).toBe(50_000)
  })

  test('what was lost is told on the bus, at most once a second, and adds up', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 16, overflow: 'drop' })
    const losses = eventsOf(telemetry, 'perf.samples_lost')
    const echo = telemetry.latency('echo')
    await telemetry.ready
    for (let round = 0; round < 5; round++) {
      burst(echo, 10_000)
      await new Promise(resolve => setImmediate(resolve))
    }
    const { lost } = await telemetry.close()
    expect(lost).toBeGreaterThan(0)
    expect(losses.reduce((sum, { count }) => sum + count, 0)).toBe(lost)
    // One when the first were lost, and one at the end.
    expect(losses.length).toBeLessThanOrEqual(3)
    expect(losses[0]).toMatchObject({ threadId: expect.any(Number), timestamp: expect.any(Number) })
  })

  test('a large enough lane loses nothing of the same burst', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 131_072 })
    const losses = eventsOf(telemetry, 'perf.samples_lost')
    burst(telemetry.latency('echo'), BURST)
    expect(await telemetry.flush()).toEqual({ ok: true, lost: 0, timedOut: false })
    expect(await telemetry.query('echo')).toMatchObject({ total: BURST, totalSum: (BURST * (BURST + 1)) / 2 })
    await telemetry.close()
    expect(losses).toEqual([])
  })
})

describe('several lanes', () => {
  test('each is exact by itself, while all overflow at the same time', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 16, overflow: 'drop' })
    const losses = eventsOf(telemetry, 'perf.samples_lost')
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

    const { lost } = await telemetry.flush()
    const { lanes } = await telemetry.snapshot()
    const calls = new Map([
      [lanes[0]!.threadId, BURST],
      [threads[0]!.threadId, BURST],
      [threads[1]!.threadId, BURST * 2],
    ])
    expect(lanes).toHaveLength(3)
    for (const { threadId, recorded, drained, dropped, pending } of lanes) {
      expect(recorded).toBe(calls.get(threadId))
      expect(drained + dropped).toBe(recorded)
      expect(pending).toBe(0)
    }
    expect(lanes.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(lost)
    const echo = await telemetry.query('echo')
    expect(echo.total + echo.lost).toBe(BURST * 4)
    expect(echo.lost).toBe(lost)

    await telemetry.close()
    const lostByThread = new Map<number, number>()
    for (const { threadId, count } of losses)
      lostByThread.set(threadId, (lostByThread.get(threadId) ?? 0) + count)
    for (const { threadId, dropped } of lanes) expect(lostByThread.get(threadId) ?? 0).toBe(dropped)
  })

  test('the pipeline tells its own losses as a metric', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 16, overflow: 'drop' })
    burst(telemetry.latency('echo'), 10_000)
    const { lost } = await telemetry.flush()
    await eventually(async () => {
      const { self } = await telemetry.snapshot()
      expect(self.find(({ metric }) => metric === 'offloop_samples_lost')).toMatchObject({ total: lost })
    })
  })
})
