import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linearScale, logScale, scaleOf } from '../../../bench/report/plot/scale.ts'

test.each([
  [
    [0, 100],
    [0, 20, 40, 60, 80, 100],
  ],
  [
    [0, 0.3],
    [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3],
  ],
  [
    [0, 1],
    [0, 0.2, 0.4, 0.6, 0.8, 1],
  ],
  [
    [0, 64.8],
    [0, 20, 40, 60],
  ],
  [
    [-3, 7],
    [-4, -2, 0, 2, 4, 6],
  ],
])('a linear axis from %j is marked at %j', ([min, max], ticks) => {
  expect(linearScale(min!, max!).ticks).toEqual(ticks)
})

test.each([
  [
    [1, 1000],
    [1, 10, 100, 1000],
  ],
  [
    [5.3, 1140],
    [10, 100, 1000],
  ],
  [
    [0.02, 500],
    [0.1, 1, 10, 100],
  ],
  [
    [3, 40],
    [2, 5, 10, 20, 50],
  ],
])('a logarithmic axis from %j is marked at %j', ([min, max], ticks) => {
  const scale = logScale(min!, max!)
  expect(scale.ticks.filter(tick => tick >= ticks[0]!)).toEqual(ticks)
})

test.each([
  [[1, 100], 'linear'],
  [[1, 101], 'log'],
  [[0, 101], 'linear'],
  [[-1, 1000], 'linear'],
  [[7], 'linear'],
])('figures of %j lie on a %s axis', (values, kind) => {
  expect(scaleOf(values).kind).toBe(kind)
})

test('a logarithmic axis is not drawn for figures that have no logarithm, even where it is asked for', () => {
  expect(scaleOf([0, 1000], 'log').kind).toBe('linear')
})

test('figures that differ by next to nothing are one place on the axis', () => {
  expect(linearScale(-5e-324, 0).position(0)).toBe(0)
  expect(linearScale(0, 0).ticks).toEqual([0, 1])
})

test('whatever the figures: positions run from 0 to 1 in their order, and there are marks, in order, on the axis', () => {
  const figure = fc.double({ min: 1e-6, max: 1e12, noNaN: true })
  const kind = fc.constantFrom('linear', 'log', undefined)
  fc.assert(
    fc.property(fc.array(figure, { minLength: 1, maxLength: 9 }), kind, (values, wanted) => {
      const scale = scaleOf(values, wanted)
      const ascending = values.toSorted((a, b) => a - b)
      for (const several of [ascending, scale.ticks]) {
        const positions = several.map(value => scale.position(value))
        expect(positions).toEqual(positions.toSorted((a, b) => a - b))
        expect(positions.every(position => position >= 0 && position <= 1)).toBe(true)
      }
      expect(scale.ticks.length).toBeGreaterThanOrEqual(1)
      expect(new Set(scale.ticks).size).toBe(scale.ticks.length)
    }),
  )
})
