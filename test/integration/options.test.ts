/** Options of createTelemetry: a bad one is refused before anything is started, with its path and what would be right. */
import { createTelemetry, TelemetryError } from 'offloop'
import { expect, test } from 'vitest'
import { codeOf, liveTelemetry, thrownBy } from './live-telemetry.ts'

const slo = { metric: 'echo', objective: 'p(95)<60ms' }

test.each([
  ['no options', undefined, 'OFFLOOP_OPTION', "{ service: 'name' }"],
  ['null', null, 'OFFLOOP_OPTION', "{ service: 'name' }"],
  ['a text', 'checkout', 'OFFLOOP_OPTION', "{ service: 'name' }"],
  ['no service', {}, 'OFFLOOP_OPTION', 'at service'],
  ['an empty service', { service: '' }, 'OFFLOOP_OPTION', 'at service'],
  ['a service that is no text', { service: 7 }, 'OFFLOOP_OPTION', 'at service'],
])('%s is refused', (_, options, code, place) => {
  expectRefusal(options, code, place)
})

test.each([
  ['laneCapacity', 0, 'OFFLOOP_LANE_SIZE', '16 to 16777216'],
  ['laneCapacity', -64, 'OFFLOOP_LANE_SIZE', 'power of two'],
  ['laneCapacity', 1_000, 'OFFLOOP_LANE_SIZE', 'got 1000'],
  ['laneCapacity', 8, 'OFFLOOP_LANE_SIZE', 'power of two'],
  ['laneCapacity', 64.5, 'OFFLOOP_LANE_SIZE', 'power of two'],
  ['laneCapacity', 2 ** 25, 'OFFLOOP_LANE_SIZE', 'got 33554432'],
  ['laneCapacity', '1024', 'OFFLOOP_LANE_SIZE', 'got "1024"'],
  ['windowCapacity', 0, 'OFFLOOP_WINDOW_SIZE', 'got 0'],
  ['windowCapacity', -1, 'OFFLOOP_WINDOW_SIZE', 'got -1'],
  ['windowCapacity', 1.5, 'OFFLOOP_WINDOW_SIZE', 'got 1.5'],
  ['windowCapacity', Number.NaN, 'OFFLOOP_WINDOW_SIZE', 'got NaN'],
  ['windowCapacity', 1e12, 'OFFLOOP_WINDOW_SIZE', 'got 1000000000000'],
  ['overflow', 'oldest', 'OFFLOOP_OPTION', "'summarize' or 'drop'"],
  ['maxSeriesPerMetric', 0, 'OFFLOOP_OPTION', '1 to 1000000'],
  ['maxSeriesPerMetric', 2.5, 'OFFLOOP_OPTION', 'whole number'],
  ['markCapacity', 3, 'OFFLOOP_OPTION', 'power of two from 2 to 65536'],
  ['markCapacity', 0, 'OFFLOOP_OPTION', 'power of two'],
  ['publishEvery', 0, 'OFFLOOP_OPTION', '1 to 64'],
  ['publishEvery', 65, 'OFFLOOP_OPTION', '1 to 64'],
  ['sloCheckIntervalMs', 0, 'OFFLOOP_OPTION', 'milliseconds from 1'],
  ['sloCheckIntervalMs', Number.POSITIVE_INFINITY, 'OFFLOOP_OPTION', 'milliseconds from 1'],
  ['rateLimitWindowMs', -1, 'OFFLOOP_OPTION', 'milliseconds from 0'],
  ['rateLimitWindowMs', '10s', 'OFFLOOP_OPTION', 'milliseconds from 0'],
  ['rateLimitScope', 'series', 'OFFLOOP_OPTION', "'percentile' or 'slo' or 'metric'"],
  ['publish', {}, 'OFFLOOP_OPTION', 'give a function'],
  ['log', true, 'OFFLOOP_OPTION', 'give a function, or false'],
  ['log', 'stderr', 'OFFLOOP_OPTION', 'give a function, or false'],
  ['slos', {}, 'OFFLOOP_OPTION', 'give an array'],
])('%s: %j is refused with its path, and what would be right', (name, value, code, advice) => {
  const error = expectRefusal({ service: 'integration', [name]: value }, code, advice)
  expect(error.message).toContain(name)
})

test.each([
  ['slos[0]', [null], 'OFFLOOP_SLO_DEFINITION'],
  ['slos[1].metric', [slo, { objective: 'p95<60' }], 'OFFLOOP_SLO_DEFINITION'],
  ['slos[1].objective, column 6', [slo, { ...slo, objective: 'p(95)=60' }], 'OFFLOOP_OBJECTIVE'],
  ['slos[0].every', [{ ...slo, every: 'second' }], 'OFFLOOP_SLO_DEFINITION'],
  ['slos[0].window', [{ ...slo, window: '2h' }], 'OFFLOOP_SLO_DEFINITION'],
  ['slos[0].minSamples', [{ ...slo, minSamples: -1 }], 'OFFLOOP_SLO_DEFINITION'],
  ['slos[0].labels.route', [{ ...slo, labels: { route: 5 } }], 'OFFLOOP_SLO_DEFINITION'],
  ['slos[0].total', [{ ...slo, objective: 'ratio<1%' }], 'OFFLOOP_SLO_DEFINITION'],
])('an SLO is refused with its path: %s', (place, slos, code) => {
  expectRefusal({ service: 'integration', slos }, code, place)
})

test.each([
  ['laneCapcity', 'laneCapacity'],
  ['sloCheckInterval', 'sloCheckIntervalMs'],
  ['WindowCapacity', 'windowCapacity'],
  ['slo', 'slos'],
])('an unknown option suggests the one that was meant: %s', (given, meant) => {
  expectRefusal({ service: 'integration', [given]: 1 }, 'OFFLOOP_OPTION', `did you mean "${meant}"?`)
})

test('an unknown option that resembles none gets the list', () => {
  expectRefusal(
    { service: 'integration', entirelyElse: 1 },
    'OFFLOOP_OPTION',
    'service, laneCapacity, overflow',
  )
})

test('an option given as undefined is as good as left out', async () => {
  const telemetry = liveTelemetry({
    laneCapacity: undefined,
    slos: undefined,
    publish: undefined,
    log: undefined,
  } as never)
  await telemetry.ready
  expect((await telemetry.snapshot()).lanes).toMatchObject([{ capacity: 65_536 }])
})

test.each([
  ['', 'OFFLOOP_METRIC_NAME'],
  ['1st', 'OFFLOOP_METRIC_NAME'],
  ['with space', 'OFFLOOP_METRIC_NAME'],
  [Symbol('name'), 'OFFLOOP_METRIC_NAME'],
  [undefined, 'OFFLOOP_METRIC_NAME'],
])('a metric is refused with a coded error when its name is %j', (name, code) => {
  const telemetry = liveTelemetry()
  for (const kind of ['latency', 'gauge', 'counter'] as const) {
    expect(codeOf(thrownBy(() => telemetry[kind](name as never)))).toBe(code)
  }
})

function expectRefusal(options: unknown, code: string, place: string): TelemetryError {
  const error = thrownBy(() => createTelemetry(options as never))
  expect(error).toBeInstanceOf(TelemetryError)
  expect(codeOf(error)).toBe(code)
  expect((error as TelemetryError).message).toContain(place)
  return error as TelemetryError
}
