/** What is used wrongly on the hot path, or in different ways by different threads: counted, told, and harmless. */
import type { LaneSnapshot } from 'offloop'
import { expect, test } from 'vitest'
import { codeOf, eventsOf, eventually, liveTelemetry, loggedTelemetry, thrownBy } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

function laneOf(lanes: readonly LaneSnapshot[], thread: ToldThread): LaneSnapshot | undefined {
  return lanes.find(({ threadId }) => threadId === thread.threadId)
}

test('marks that are doubled, stale, foreign or no marks at all are counted on their thread, and record nothing', async () => {
  const telemetry = liveTelemetry({ markCapacity: 2 })
  const echo = telemetry.latency('echo')
  const other = telemetry.latency('other')
  const thread = new ToldThread(telemetry.share())
  const foreign = await thread.run(({ telemetry, kept }) => {
    kept['echo'] = telemetry.latency('echo')
    return kept['echo'].markStart() as number
  })

  const mark = echo.markStart()
  echo.markEnd(mark)
  const rejected = [
    () => echo.markEnd(mark),
    () => telemetry.markEnd(mark),
    () => echo.markEnd(foreign),
    () => other.markEnd(echo.markStart()),
    () => echo.markEnd(-1),
    () => echo.markEnd(1.5),
    () => echo.markEnd(Number.NaN),
    () => echo.markEnd(2 ** 40),
    () => echo.markEnd(undefined as never),
    () => telemetry.markEnd('7' as never),
    () => telemetry.markEnd(Symbol('mark') as never),
    () => telemetry.markEnd(telemetry.markStart({} as never)),
  ]
  for (const end of rejected) end()
  // Two may be open: the leaked one of above is given up, and then the oldest of these.
  const open = [echo.markStart(), echo.markStart(), echo.markStart()]
  for (const mark of open) echo.markEnd(mark)

  const { lanes, series } = await telemetry.snapshot()
  // The last of the table counts twice: nothing was begun, and nothing is ended. And of the three, one was given up.
  expect(lanes[0]).toMatchObject({ marksRejected: rejected.length + 1 + 1, marksAbandoned: 2 })
  expect(laneOf(lanes, thread)).toMatchObject({ marksRejected: 0, marksAbandoned: 0 })
  expect(series.map(({ metric, count, invalid }) => [metric, count, invalid])).toEqual([
    ['echo', 3, 0],
    ['other', 0, 0],
  ])

  await thread.run(({ kept }, foreign) => kept['echo'].markEnd(foreign), foreign)
  await eventually(async () => expect(await telemetry.query('echo')).toMatchObject({ count: 4 }))
})

test('a name that two threads give to different metrics: the first stands, the other is logged and its samples are lost, exactly', async () => {
  const { telemetry, lines } = loggedTelemetry()
  const losses = eventsOf(telemetry, 'perf.samples_lost')
  telemetry.latency('size', { unit: 'ms' }).record(1)
  telemetry.counter('hits').add(1)
  await telemetry.flush()

  const thread = new ToldThread(telemetry.share())
  const flushed = await thread.run(({ telemetry }) => {
    const size = telemetry.gauge('size', { unit: 'bytes' })
    for (let value = 0; value < 100; value++) size.set(value)
    telemetry.latency('fine').record(5)
    return telemetry.flush()
  })
  expect(flushed).toEqual({ ok: false, lost: 100, timedOut: false })
  await eventually(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain('OFFLOOP_METRIC_CONFLICT')
  expect(lines[0]).toContain('size')
  expect(lines[0]).toContain('gauge in bytes')

  const { lanes, lost } = await telemetry.snapshot()
  expect(lost).toBe(100)
  // Each sample is counted once: taken from the lane, and not kept.
  expect(laneOf(lanes, thread)).toMatchObject({ recorded: 101, pending: 0, dropped: 100, drained: 1 })
  expect(await telemetry.query('size')).toMatchObject({ kind: 'latency', count: 1, last: 1 })
  expect(await telemetry.query('fine')).toMatchObject({ count: 1 })
  await eventually(() => expect(losses).toMatchObject([{ threadId: thread.threadId, count: 100 }]))

  await thread.end()
  await eventually(async () => expect((await telemetry.snapshot()).lanes).toHaveLength(1))
  expect((await telemetry.flush()).lost).toBe(100)
})

test('on one thread a name in conflict is refused where it is given', () => {
  const telemetry = liveTelemetry()
  telemetry.latency('size', { labelNames: ['route'] })
  for (const conflicting of [
    () => telemetry.gauge('size'),
    () => telemetry.latency('size'),
    () => telemetry.latency('size', { unit: 's', labelNames: ['route'] }),
    () => telemetry.latency('size', { labelNames: ['rout'] }),
  ]) {
    expect(codeOf(thrownBy(conflicting))).toBe('OFFLOOP_METRIC_CONFLICT')
  }
})
