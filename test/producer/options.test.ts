import { describe, expect, test } from 'vitest'
import { resolveOptions, type TelemetryOptions } from '../../src/producer/options.ts'
import { TelemetryError, type TelemetryErrorCode } from '../../src/shared/errors.ts'

function refusal(options: unknown): TelemetryError {
  try {
    resolveOptions(options as TelemetryOptions)
  } catch (error) {
    if (error instanceof TelemetryError) return error
    throw error
  }
  return expect.unreachable('the options were accepted')
}

test('the service is all that has to be given; undefined is as good as left out', () => {
  const resolved = resolveOptions({ service: 'checkout', laneCapacity: undefined as never })
  expect(resolved).toMatchObject({
    service: 'checkout',
    laneCapacity: 65_536,
    windowCapacity: 10_000,
    maxSeriesPerMetric: 1_000,
    overflow: 'summarize',
    sloCheckIntervalMs: 5_000,
    rateLimitWindowMs: 10_000,
    rateLimitScope: 'percentile',
    exitTimeoutMs: 1_000,
    slos: [],
  })
})

test('what is given stands', () => {
  const given: TelemetryOptions = {
    service: 'x',
    laneCapacity: 16,
    windowCapacity: 1,
    maxSeriesPerMetric: 1,
    markCapacity: 65_536,
    publishEvery: 64,
    sloCheckIntervalMs: 1,
    rateLimitWindowMs: 0,
    rateLimitScope: 'metric',
    overflow: 'drop',
    log: false,
    publish: () => {},
    exitTimeoutMs: 0,
    snapshotFile: '/var/lib/shop/snapshot.json',
    slos: [{ metric: 'echo', objective: 'p(95)<60ms' }],
    buckets: [1, 2],
    exporters: [{ name: 'mine', module: 'file:///mine.js', options: {} }],
  }
  expect(resolveOptions(given)).toEqual(given)
})

const BAD: [Record<string, unknown>, TelemetryErrorCode, string | undefined][] = [
  [{ service: '' }, 'OFFLOOP_OPTION', 'service'],
  [{ service: 5 }, 'OFFLOOP_OPTION', 'service'],
  ...[0, -16, 1_000, 15.5, 2 ** 25, 8, Number.NaN, '16', null, 16n].map(
    laneCapacity =>
      [{ laneCapacity }, 'OFFLOOP_LANE_SIZE', 'laneCapacity'] as [
        Record<string, unknown>,
        TelemetryErrorCode,
        string,
      ],
  ),
  ...[0, -1, 1.5, 10_000_001, Number.POSITIVE_INFINITY, '5', null].map(
    windowCapacity =>
      [{ windowCapacity }, 'OFFLOOP_WINDOW_SIZE', 'windowCapacity'] as [
        Record<string, unknown>,
        TelemetryErrorCode,
        string,
      ],
  ),
  ...[0, 1, 3, 2 ** 17, 65_535.999_999_999_99, -2, '64', null].map(
    markCapacity =>
      [{ markCapacity }, 'OFFLOOP_OPTION', 'markCapacity'] as [
        Record<string, unknown>,
        TelemetryErrorCode,
        string,
      ],
  ),
  [{ maxSeriesPerMetric: 0 }, 'OFFLOOP_OPTION', 'maxSeriesPerMetric'],
  [{ maxSeriesPerMetric: 2.5 }, 'OFFLOOP_OPTION', 'maxSeriesPerMetric'],
  [{ publishEvery: 65 }, 'OFFLOOP_OPTION', 'publishEvery'],
  [{ overflow: 'wait' }, 'OFFLOOP_OPTION', 'overflow'],
  [{ rateLimitScope: 'all' }, 'OFFLOOP_OPTION', 'rateLimitScope'],
  [{ sloCheckIntervalMs: 0 }, 'OFFLOOP_OPTION', 'sloCheckIntervalMs'],
  [{ sloCheckIntervalMs: 2 ** 31 }, 'OFFLOOP_OPTION', 'sloCheckIntervalMs'],
  [{ rateLimitWindowMs: Number.NaN }, 'OFFLOOP_OPTION', 'rateLimitWindowMs'],
  [{ exitTimeoutMs: -1 }, 'OFFLOOP_OPTION', 'exitTimeoutMs'],
  [{ exitTimeoutMs: 2 ** 31 }, 'OFFLOOP_OPTION', 'exitTimeoutMs'],
  [{ snapshotFile: '' }, 'OFFLOOP_OPTION', 'snapshotFile'],
  [{ publish: 'pager' }, 'OFFLOOP_OPTION', 'publish'],
  [{ log: true }, 'OFFLOOP_OPTION', 'log'],
  [{ slos: {} }, 'OFFLOOP_OPTION', 'slos'],
  [
    {
      slos: [
        { metric: 'a', objective: 'p95<1' },
        { metric: 'a', objective: 'p95 ? 1' },
      ],
    },
    'OFFLOOP_OBJECTIVE',
    'slos[1].objective, column 5',
  ],
]
test.each(BAD)('%o is refused, with what was given and what would be right', (bad, code, at) => {
  const error = refusal({ service: 'x', ...bad })
  expect([error.code, error.details.at]).toEqual([code, at])
  expect(error.message).toContain('To fix: ')
})

test.each([undefined, null, 'checkout', 5, Symbol('s')])(
  '%s in place of options is refused, not tripped over',
  options => {
    expect(refusal(options).code).toBe('OFFLOOP_OPTION')
  },
)

describe('an option that does not exist', () => {
  test.each([
    ['laneCapcity', 'did you mean "laneCapacity"?'],
    ['SERVICE', 'did you mean "service"?'],
    ['window_capacity', 'did you mean "windowCapacity"?'],
    ['colour', 'use one of service, '],
  ])('%s is refused with advice', (name, advice) => {
    const error = refusal({ service: 'x', [name]: 1 })
    expect([error.code, error.details.at]).toEqual(['OFFLOOP_OPTION', name])
    expect(error.message).toContain(advice)
  })

  test.each(['toString', 'constructor', 'hasOwnProperty', '__proto__'])(
    '%s is no exception, though every object has one',
    name => {
      const options = { service: 'x' }
      Object.defineProperty(options, name, { value: 1, enumerable: true })
      expect(refusal(options).details.at).toBe(name)
    },
  )
})
