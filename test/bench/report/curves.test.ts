import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawCurves, type PlotLine } from '../../../bench/report/plot/curves.ts'
import { faultsOf, readDrawing } from './drawing.ts'

function lineOf(name: string, medians: Readonly<Record<number, number>>, isOurs = false): PlotLine {
  const points = Object.entries(medians).map(([at, median]) => ({
    at: Number(at),
    median,
    p25: median * 0.8,
    p75: median * 1.3,
  }))
  return { name, isOurs, points }
}

function draw(lines: readonly PlotLine[], more: Partial<Parameters<typeof drawCurves>[0]> = {}): string {
  return drawCurves({
    title: 'What grows?',
    footnote: 'Medians.',
    lines,
    xTitle: 'series',
    xScale: 'log',
    formatX: String,
    formatY: String,
    ...more,
  })
}

test('each line has a name, each place a mark, and nothing is clipped or overlaps', () => {
  const svg = draw([
    lineOf('offloop', { 10: 1, 100: 2, 1000: 3 }, true),
    lineOf('Map<string> & co', { 10: 5, 100: 50, 1000: 500 }),
  ])
  const contents = readDrawing(svg).texts.map(({ content }) => content)
  expect(contents).toEqual(
    expect.arrayContaining(['offloop', 'Map<string> & co', '10', '100', '1000', 'series', 'What grows?']),
  )
  expect(svg).not.toContain('<string>')
  expect(faultsOf(svg)).toEqual([])
})

test('a line of one point, and a lone place on the axis, are drawn', () => {
  expect(faultsOf(draw([lineOf('a', { 10: 1 })]))).toEqual([])
})

test('places too close to each other share a mark', () => {
  const close = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [1_000 + index, index + 1]))
  expect(faultsOf(draw([lineOf('a', close)], { xScale: 'linear' }))).toEqual([])
})

test('a place of 0 has no logarithm: the axis is linear then', () => {
  const svg = draw([lineOf('a', { 0: 1, 10: 2 })])
  expect(faultsOf(svg)).toEqual([])
  expect(svg).not.toContain('logarithmic')
})

test('which axis is logarithmic is said', () => {
  expect(draw([lineOf('a', { 1: 1, 10: 2 })])).toContain('The horizontal axis is logarithmic.')
  expect(draw([lineOf('a', { 1: 1, 10: 2000 })])).toContain('Both axes are logarithmic.')
})

test('no two lines look the same', () => {
  const svg = draw([
    lineOf('offloop', { 1: 1, 2: 2 }, true),
    lineOf('offloop, otherwise', { 1: 2, 2: 3 }, true),
    ...['a', 'b', 'c', 'd', 'e'].map(name => lineOf(name, { 1: 3, 2: 4 })),
  ])
  const looks = [...svg.matchAll(/<polyline [^>]*(class=[^>]*)\/>/g)].map(([, look]) => look)
  expect(looks).toHaveLength(7)
  expect(new Set(looks).size).toBe(7)
})

test('whatever the figures and names: all of it can be seen', () => {
  const median = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e9, noNaN: true }))
  const places = fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 8 })
  const drawn = fc.array(
    fc.tuple(fc.string({ maxLength: 150 }), fc.array(median, { minLength: 8, maxLength: 8 })),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  fc.assert(
    fc.property(places, drawn, fc.constantFrom('linear', 'log'), (ats, lines, xScale) => {
      const plotLines = lines.map(([name, medians]) =>
        lineOf(name, Object.fromEntries(ats.map((at, index) => [at, medians[index]!]))),
      )
      const svg = draw(plotLines, { xScale, formatY: value => value.toPrecision(2) })
      expect(faultsOf(svg)).toEqual([])
    }),
  )
})
