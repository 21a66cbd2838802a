import { expect, test } from 'vitest'
import { formatFigure, formatFigureSpread, formatNumber, formatRatio } from '../../bench/core/quantity.ts'

test.each([
  [5.0249, 'ns', '5.02 ns'],
  [12.96, 'ns', '13.0 ns'],
  [999.4, 'ns', '999 ns'],
  [32_800, 'ns', '32.8 µs'],
  [711_000, 'ns', '711 µs'],
  [1_500_000, 'ns', '1.50 ms'],
  [0.71, 'ns', '0.71 ns'],
  [1.94, 'ms', '1.94 ms'],
  [0.42, 'ms', '420 µs'],
  [0, 'bytes', '0 B'],
  [32.01, 'bytes', '32.0 B'],
  [2_060_000, 'bytes', '2.06 MB'],
  [12_340, 'requests/s', '12.3 k/s'],
  [99.2, 'percent', '99.2 %'],
  [58_200_000, 'samples/s', '58.2 M/s'],
  [850, 'samples/s', '850 /s'],
] as const)('%d in %s is written %s', (value, unit, expected) => {
  expect(formatFigure(value, unit)).toBe(expected)
})

test('a spread is written in the unit of its median, so that both can be read together', () => {
  expect(formatFigureSpread({ p25: 990, median: 1_020, p75: 1_500, ci95: undefined }, 'ns')).toBe('0.99–1.50')
})

test.each([
  [2.345, '2.35'],
  [0.3761, '0.38'],
  [1 / 30, '1/30.0'],
  [1 / 192.4, '1/192'],
  [0.1, '0.10'],
  [0, '0'],
])('the ratio %d is written %s', (ratio, expected) => {
  expect(formatRatio(ratio)).toBe(expected)
})

test.each([
  [99.95, '100'],
  [9.995, '10.0'],
  [-0.02, '-0.02'],
  [0.004, '0'],
])('%d rounds to %s without growing a digit', (value, expected) => {
  expect(formatNumber(value)).toBe(expected)
})
