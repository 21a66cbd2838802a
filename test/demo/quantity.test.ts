/** Figures as the demo shows them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Unit } from '../../src/index.ts'
import { demo } from './built-demo.ts'

test.each<[number | undefined, Unit, string]>([
  [undefined, 'ms', '–'],
  [Number.NaN, 'ms', '–'],
  [0, 'ms', '0 ms'],
  [0.0004, 'ms', '400 ns'],
  [0.0408, 'ms', '40.8 µs'],
  [0.42, 'ms', '0.42 ms'],
  [9.996, 'ms', '10.0 ms'],
  [99.96, 'ms', '100 ms'],
  [999.6, 'ms', '1.00 s'],
  [1.5, 's', '1.50 s'],
  [95_400_000, 'bytes', '95.4 MB'],
  [0.0043, 'ratio', '0.43 %'],
  [829.4, 'hz', '829/s'],
  [20, '{requests}', '20'],
])('%s in %s is shown as %s', (value, unit, text) => {
  expect(demo.formatValue(value, unit)).toBe(text)
})

test.each([
  [0, '0'],
  [0.44, '0.4'],
  [99.96, '100'],
  [46_698, '46,698'],
  [999_999.4, '999,999'],
  [999_999.6, '1.00M'],
  [123_456_789, '123M'],
  [4_294_967_296, '4.29G'],
])('the count %d is shown as %s', (count, text) => {
  expect(demo.formatCount(count)).toBe(text)
})

test('no duration and no count of a run of any length is too wide for its column', () => {
  const figure = fc.double({ min: 1e-9, max: 999e9, noNaN: true })
  fc.assert(fc.property(figure, count => demo.formatCount(count).length <= 7))
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 999_000, noNaN: true }), ms => demo.formatMs(ms).length <= 7),
  )
})
