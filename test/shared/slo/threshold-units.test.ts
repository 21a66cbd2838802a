import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TelemetryError } from '../../../src/shared/errors.ts'
import type { Unit } from '../../../src/shared/metric.ts'
import { parseObjective, toMetricUnit } from '../../../src/shared/slo/objective.ts'
import { convertThreshold } from '../../../src/shared/slo/threshold-units.ts'

test.each<[string, Unit, number]>([
  ['p95<60ms', 'ms', 60],
  ['p95<1.5s', 'ms', 1_500],
  ['p95<1.005s', 'ms', 1_005],
  ['p95<60ms', 's', 0.06],
  ['p95<3us', 'ns', 3_000],
  ['p95<1ns', 's', 1e-9],
  ['p95<10m', 's', 600],
  ['p95<2h', 'ms', 7_200_000],
  ['value<500MB', 'bytes', 500_000_000],
  ['value<1.5kB', 'bytes', 1_500],
  ['value<1.5KiB', 'bytes', 1_536],
  ['value<2GiB', 'bytes', 2_147_483_648],
  ['value<1%', 'ratio', 0.01],
  ['value<0.7%', 'ratio', 0.007],
  ['value<0.7%', 'percent', 0.7],
  ['value>=60/s', 'hz', 60],
  ['ratio<1%', '1', 0.01],
  ['rate>50/s', 'bytes', 50],
  ['rate>50/s', '{requests}', 50],
])('%s on a metric in %s is %d', (text, unit, threshold) => {
  expect(toMetricUnit(parseObjective(text), unit)).toBe(threshold)
})

test.each<[string, Unit]>([
  ['p95<60', 'ms'],
  ['value<60', 'bytes'],
  ['value<60', 'celsius'],
  ['value<60', '{requests}'],
  ['count<60', 'ms'],
  ['rate<60', 'ms'],
])('a number without a unit is in the unit of its statistic: %s on %s', (text, unit) => {
  expect(toMetricUnit(parseObjective(text), unit)).toBe(60)
})

test.each<[string, Unit, string]>([
  ['p95<60MB', 'ms', 'ns, us, ms, s, m, h'],
  ['p95<60%', 'ms', 'ns, us, ms, s, m, h'],
  ['value<60ms', 'bytes', 'B, kB, MB, GB, KiB, MiB, GiB'],
  ['value<60ms', '1', 'without a unit'],
  ['value<1%', 'celsius', 'without a unit'],
  ['count<5ms', 'ms', 'without a unit'],
  ['rate<5ms', 'ms', '/s'],
  ['ratio<5ms', '1', '%'],
  ['p95<1e300h', 'ns', 'ns, us, ms'],
])('%s on a metric in %s is refused, naming what fits', (text, unit, fitting) => {
  try {
    toMetricUnit(parseObjective(text), unit, 'slos[1].objective')
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(TelemetryError)
    expect(error).toMatchObject({ code: 'OFFLOOP_OBJECTIVE', details: { at: 'slos[1].objective' } })
    expect((error as TelemetryError).details.fix).toContain(fitting)
  }
})

test('decimal factors are exact: a threshold in s is, in ms, the number a person would write', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), thousandths => {
      const text = (thousandths / 1_000).toFixed(3)
      expect(convertThreshold(Number(text), 's', 'ms')).toBe(thousandths)
    }),
  )
})
