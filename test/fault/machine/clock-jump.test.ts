/** Somebody sets the wall clock, on all threads at once: durations, timestamps and rates do not follow it. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually, liveTelemetry } from '../../integration/live-telemetry.ts'
import { ToldThread } from '../../integration/told-thread.ts'

const HOUR_MS = 3_600_000

test.each([
  ['an hour back', -HOUR_MS],
  ['an hour ahead', HOUR_MS],
])('the wall clock is set %s: no duration, no timestamp and no lane notices', async (_, jumpMs) => {
  const telemetry = liveTelemetry()
  const echo = telemetry.latency('echo', { unit: 'ms' })
  await telemetry.ready
  const thread = new ToldThread(telemetry.share())
  const mark = echo.markStart()
  echo.record(1)
  const before = await telemetry.query('echo')

  const { now } = Date
  vi.spyOn(Date, 'now').mockImplementation(() => now() + jumpMs)
  onTestFinished(() => {
    vi.restoreAllMocks()
  })
  echo.markEnd(mark)
  await thread.run(({ telemetry }, jumpMs) => {
    const { now } = Date
    Date.now = () => now() + jumpMs
    const mark = telemetry.latency('echo', { unit: 'ms' }).markStart()
    telemetry.markEnd(mark)
    return telemetry.flush()
  }, jumpMs)
  await eventually(async () => expect(await telemetry.query('echo')).toMatchObject({ total: 3 }))
  const { max, min, timestamp } = await telemetry.query('echo')
  expect(min).toBeGreaterThanOrEqual(0)
  expect(max).toBeLessThan(HOUR_MS / 2)
  expect(timestamp - before.timestamp).toBeGreaterThanOrEqual(0)
  expect(timestamp - before.timestamp).toBeLessThan(HOUR_MS / 2)
  const { lanes } = await telemetry.snapshot()
  for (const { silentMs } of lanes) expect(silentMs).toBeLessThan(HOUR_MS / 2)
})
