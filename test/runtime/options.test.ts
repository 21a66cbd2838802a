/** What `runtime` may be, and what is said of anything else: by createTelemetry and by startRuntimeMetrics alike. */
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry, TelemetryError } from '../../src/index.ts'
import { startRuntimeMetrics } from '../../src/runtime/index.ts'
import { RUNTIME_DEFAULTS, resolveRuntimeOptions } from '../../src/shared/runtime/options.ts'

const fail = (problem: unknown) => {
  throw problem
}

test.each([[true], [undefined], [{}], [{ intervalMs: undefined }]])('%j means the defaults', given => {
  expect(resolveRuntimeOptions(given, fail)).toEqual(RUNTIME_DEFAULTS)
})

test('what is given stands', () => {
  const given = { intervalMs: 100, eventLoopResolutionMs: 1, gc: false }
  expect(resolveRuntimeOptions(given, fail)).toEqual(given)
})

test.each([
  ['runtime', 'yes'],
  ['runtime', []],
  ['runtime', null],
  ['runtime.interval', { interval: 5 }],
  ['runtime.intervalMs', { intervalMs: 99 }],
  ['runtime.intervalMs', { intervalMs: '5000' }],
  ['runtime.intervalMs', { intervalMs: Number.NaN }],
  ['runtime.intervalMs', { intervalMs: 2 ** 31 }],
  ['runtime.eventLoopResolutionMs', { eventLoopResolutionMs: 0 }],
  ['runtime.eventLoopResolutionMs', { eventLoopResolutionMs: 1.5 }],
  ['runtime.eventLoopResolutionMs', { eventLoopResolutionMs: 1_001 }],
  ['runtime.gc', { gc: 1 }],
])('%s is refused: %j', (at, given) => {
  expect(() => resolveRuntimeOptions(given, fail)).toThrow(expect.objectContaining({ at }))
  const refused = expect.objectContaining({
    code: 'OFFLOOP_OPTION',
    message: expect.stringContaining(`${at} `),
  })
  expect(() => createTelemetry({ service: 'refused', runtime: given as never })).toThrow(refused)
})

test('started by hand, it refuses by the same rules with the same error', () => {
  const telemetry = createTelemetry({ service: 'by-hand' })
  onTestFinished(async () => {
    await telemetry.close()
  })
  expect(() => startRuntimeMetrics(telemetry, { intervalMs: 1 })).toThrow(TelemetryError)
  const runtime = startRuntimeMetrics(telemetry)
  expect(startRuntimeMetrics(telemetry), 'what runs already').toBe(runtime)
  runtime.stop()
  runtime.stop()
  const again = startRuntimeMetrics(telemetry)
  expect(again, 'stopped, it may begin again').not.toBe(runtime)
})

test('a closed telemetry is not measured', async () => {
  const telemetry = createTelemetry({ service: 'closed' })
  await telemetry.close()
  expect(() => startRuntimeMetrics(telemetry)).toThrow(expect.objectContaining({ code: 'OFFLOOP_CLOSED' }))
})
