/** Answers are let go of, cover what was recorded before they were asked for, and bad waits are refused. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { codeOf, liveTelemetry, thrownBy } from './live-telemetry.ts'

/** Heap in use, once everything that can be collected is. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

test('asking for ever does not fill the heap: no answer is kept once it was given', async () => {
  const telemetry = liveTelemetry()
  const http = telemetry.latency('http', { labelNames: ['route'] })
  for (let route = 0; route < 200; route++) http.labels({ route }).record(1)
  const ask = async (times: number) => {
    for (let time = 0; time < times; time++) await telemetry.snapshot()
  }
  await ask(20)
  const before = heapBytes()
  await ask(100)
  // One such answer is about 100 kB.
  expect(heapBytes() - before).toBeLessThan(3_000_000)
})

test('a question asked while an equal one is under way covers what was recorded in between', async () => {
  const telemetry = liveTelemetry()
  const echo = telemetry.latency('echo')
  await telemetry.ready
  for (let round = 0; round < 50; round++) {
    const first = telemetry.query('echo')
    await Promise.resolve()
    await Promise.resolve()
    echo.record(1)
    expect((await telemetry.query('echo')).total).toBe(round + 1)
    await first
  }
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1, '5' as never])(
  'a time-out of %s is refused, and not taken for one that has passed',
  async timeoutMs => {
    const telemetry = liveTelemetry()
    await expect(telemetry.flush({ timeoutMs })).rejects.toMatchObject({ code: 'OFFLOOP_OPTION' })
    await expect(telemetry.close({ timeoutMs })).rejects.toMatchObject({ code: 'OFFLOOP_OPTION' })
    expect(await telemetry.close()).toEqual({ ok: true, lost: 0, timedOut: false })
  },
)

test('the pipeline’s own names are refused, and its metrics stay its own', () => {
  const telemetry = liveTelemetry()
  expect(codeOf(thrownBy(() => telemetry.latency('offloop_tick_lag')))).toBe('OFFLOOP_METRIC_NAME')
})
