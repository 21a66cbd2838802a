import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bar, drawBars } from '../../../bench/report/plot/bars.ts'
import { faultsOf, readDrawing } from './drawing.ts'

function bar(name: string, median: number, more: Partial<Bar> = {}): Bar {
  return {
    name,
    median,
    p25: median * 0.9,
    p75: median * 1.2,
    label: `${median} ns`,
    tone: 'other',
    ...more,
  }
}

function draw(bars: readonly Bar[], more: Partial<Parameters<typeof drawBars>[0]> = {}): string {
  return drawBars({
    title: 'How long?',
    footnote: 'Medians.',
    groups: [{ bars }],
    formatTick: String,
    ...more,
  })
}

test('each row has its name and its figure, and nothing is clipped or overlaps', () => {
  const svg = draw([
    bar('offloop', 5, { tone: 'ours' }),
    bar('others', 12),
    bar('(for scale)', 3, { tone: 'scale' }),
  ])
  const contents = readDrawing(svg).texts.map(({ content }) => content)
  expect(contents).toEqual(
    expect.arrayContaining(['offloop', '5 ns', 'others', '12 ns', '(for scale)', '3 ns']),
  )
  expect(faultsOf(svg)).toEqual([])
})

test('names are escaped, in what is seen and in what is read out', () => {
  const svg = draw([bar('Map<string, "a"> & co', 1), bar('b', 2)])
  expect(svg).not.toContain('<string')
  expect(svg.match(/Map&lt;string, &quot;a&quot;&gt; &amp; co/g)).toHaveLength(2)
})

test('a long name is broken into lines, none of which leaves the picture', () => {
  const long = `a name that goes on ${'and on '.repeat(20)}${'withoutanyspace'.repeat(5)}`
  const svg = draw([bar(long, 1), bar('short', 2)])
  expect(faultsOf(svg)).toEqual([])
  expect(
    readDrawing(svg)
      .texts.map(({ content }) => content)
      .join(' '),
  ).toContain('and on and on')
})

test('the goal is drawn where it lies, and does not run through a figure', () => {
  const svg = draw([bar('near', 10, { p75: 10, goal: 11 }), bar('far', 30)])
  const x = Number(/<line x1="(\S+)"[^>]*goal-line/.exec(svg)?.[1])
  const label = readDrawing(svg).texts.find(({ content }) => content === '10 ns')!
  expect(x < label.left || x > label.right).toBe(true)
  expect(svg).toContain('Dashed: the goal.')
})

test('figures far apart are dots on a logarithmic axis, and the footnote says so; bars where lengths are asked for', () => {
  const bars = [bar('a', 1), bar('b', 1_000)]
  expect(draw(bars)).toContain('<circle')
  expect(draw(bars)).toContain('The axis is logarithmic.')
  expect(draw(bars, { scale: 'linear' })).not.toContain('<circle')
})

test('groups have headings', () => {
  const svg = draw([], {
    groups: ['One', 'Two'].map(heading => ({ heading, bars: [bar(`of ${heading}`, 1)] })),
  })
  expect(readDrawing(svg).texts.map(({ content }) => content)).toEqual(
    expect.arrayContaining(['One', 'of Two']),
  )
  expect(faultsOf(svg)).toEqual([])
})

test('a picture says what it shows to those who cannot see it', () => {
  const svg = draw([bar('a', 1), bar('b', 2)])
  expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="title desc"/)
  expect(svg).toContain('<title id="title">How long?</title>')
  expect(svg).toContain('<desc id="desc">a: 1 ns; b: 2 ns.</desc>')
})

test('whatever the figures, zeros and differences below zero included: all of it can be seen', () => {
  const median = fc.oneof(
    fc.constant(0),
    fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
    fc.double({ min: -1e6, max: 0, noNaN: true }),
  )
  const row = fc.record({
    median,
    spread: fc.double({ min: 0, max: 3, noNaN: true }),
    goal: fc.option(median),
  })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), rows => {
      const bars = rows.map(({ median: figure, spread, goal }, index) =>
        bar(`row ${index}`, figure, {
          p25: figure - Math.abs(figure) * spread,
          p75: figure + Math.abs(figure) * spread,
          label: `${figure.toPrecision(3)} ns`,
          goal: goal ?? undefined,
        }),
      )
      expect(faultsOf(draw(bars, { formatTick: value => value.toPrecision(2) }))).toEqual([])
    }),
  )
})
