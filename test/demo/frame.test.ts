/** The demo's table: what it shows, and how it copes with little room. */
import { expect, test } from 'vitest'
import { demo, textsOf } from './built-demo.ts'
import { series, slo, snapshot } from './pictures.ts'

const running = { snapshot: snapshot(), phase: 'before', elapsedMs: 5_000, durationMs: 20_000 } as const

test('80 columns have room for every figure of every series', () => {
  const lines = textsOf(demo.renderFrame(running, 80))
  expect(lines).toContain(' series                 rate/s   count     p50     p95     p99     max  slo')
  expect(lines).toContain(' http_request /search      829 123,456 12.4 ms 19.1 ms  126 ms  135 ms  ok')
  expect(lines).toContain(' http_errors               829     188                                  ok')
})

test('a wider terminal shows more', () => {
  const [heading] = textsOf(demo.renderFrame(running, 120)).filter(text => text.includes('rate/s'))
  expect(heading).toMatch(/last\s+mean\s+p50/)
})

test.each([1, 12, 40, 59, 60, 79, 80, 100, 140])('no line is wider than %d columns', columns => {
  const widths = textsOf(demo.renderFrame(running, columns)).map(text => text.length)
  expect(Math.max(...widths)).toBeLessThanOrEqual(columns)
})

test('a narrow terminal keeps the p95 and the state', () => {
  const lines = textsOf(demo.renderFrame(running, 46))
  expect(lines).toContain(' http_request /search   19.1 ms  ok')
})

test('a violated objective marks its own series, and no other of the metric', () => {
  const violated = snapshot({ slos: [slo({ state: 'violated', actual: 126.2 })] })
  const lines = textsOf(demo.renderFrame({ ...running, snapshot: violated }, 80))
  expect(lines.filter(text => text.endsWith('  violated'))).toEqual([expect.stringContaining('/search')])
  expect(lines).toContain(' http_request{route=/search} p95<60ms    126 ms  ✗ violated')
})

test('an objective without data is neither good nor bad', () => {
  const fresh = snapshot({ slos: [slo({ state: 'no-data', actual: undefined })] })
  expect(textsOf(demo.renderFrame({ ...running, snapshot: fresh }, 80))).toContain(
    ' http_request{route=/search} p95<60ms         –  no data yet',
  )
})

test('the ratio of two counters is a percentage', () => {
  const [line] = textsOf(demo.renderFrame(running, 80)).filter(text => text.includes('ratio<5%'))
  expect(line).toMatch(/ 0\.40 % {2}✓ holds$/)
})

test('a lane says how full it gets between two drains, and lost samples stand out', () => {
  const [lane] = snapshot().lanes
  const lossy = snapshot({ lanes: [{ ...lane!, dropped: 12 }], lost: 12 })
  const lines = demo.renderFrame({ ...running, snapshot: lossy }, 100)
  expect(textsOf(lines).at(-1)).toBe(
    ' lane main thread   fill 64 of 65,536, at most 128   recorded 140,176   lost 12',
  )
  expect(lines.at(-1)?.at(-1)).toEqual({ text: '12', style: 'bad' })
})

test('series that have no samples yet are shown all the same', () => {
  const empty = series({
    count: 0,
    total: 0,
    rate: 0,
    p50: undefined,
    p95: undefined,
    p99: undefined,
    max: undefined,
  })
  const lines = textsOf(demo.renderFrame({ ...running, snapshot: snapshot({ series: [empty] }) }, 72))
  expect(lines).toContain(' http_request      0       0       –       –       –       –')
})

test('a clipped line says so, and is exactly as wide as allowed', () => {
  const line = [
    { text: 'offloop', style: 'strong' },
    { text: ' demo', style: 'plain' },
  ]
  expect(textsOf([demo.clip(line, 12), demo.clip(line, 9), demo.clip(line, 1), demo.clip(line, 0)])).toEqual([
    'offloop demo',
    'offloop …',
    '…',
    '',
  ])
})
