/** The demo's three views: terminal, plain text, JSON. */
import { expect, test } from 'vitest'
import { demo } from './built-demo.ts'
import { measured, recovery, snapshot, violation } from './pictures.ts'
import { TerminalPicture } from './terminal-picture.ts'

const frameAt = (elapsedMs: number) =>
  ({ snapshot: snapshot(), phase: 'before', elapsedMs, durationMs: 20_000 }) as const

/** A whole run, as every view is told of it. */
function tell(view: ReturnType<typeof demo.createPlainView>): void {
  view.started('http://127.0.0.1:8080', 20)
  view.frame(frameAt(1_000))
  view.phase('slow', 7_000)
  view.violation(violation(), 7_400)
  view.violation(violation({ suppressed: 286 }), 10_400)
  view.frame(frameAt(11_000))
  view.phase('after', 12_000)
  view.recovery(recovery(), 13_200)
  view.note('offloop: something to say', 14_000)
  view.frame(frameAt(20_000))
  view.summary(demo.summarize(measured()))
  view.close()
}

test('on a terminal the table stands once, below the events in their order', () => {
  const screen = new TerminalPicture(80, 24)
  tell(demo.createTerminalView(screen, demo.NO_COLOURS))
  const lines = screen.lines()
  expect(lines.filter(text => text.startsWith(' offloop demo'))).toHaveLength(1)
  expect(lines.slice(0, 8)).toEqual([
    ' http://127.0.0.1:8080 under load by autocannon: 20 connections, own process',
    '  7.0 s  · slow      /search takes much longer from now on',
    '  7.4 s  ✗ violated  http_request{route=/search} p95<60ms: 119 ms',
    ' 10.4 s  ✗ violated  http_request{route=/search} p95<60ms: 119 ms, 286 held back',
    ' 12.0 s  · quick     /search is quick again',
    ' 13.2 s  ✓ recovered http_request{route=/search} p95<60ms: 20.2 ms after 5.81 s',
    ' 14.0 s  · note      offloop: something to say',
    '',
  ])
  expect(lines.indexOf(' Summary after 20.0 s')).toBeGreaterThan(
    lines.findIndex(text => text.startsWith(' lane ')),
  )
})

test('a line as wide as the terminal keeps its last character', () => {
  const screen = new TerminalPicture(80, 24)
  const view = demo.createTerminalView(screen, demo.NO_COLOURS)
  const wide = violation({ slo: `http_request ${'x'.repeat(37)}`, actual: 119.4 })
  view.violation(wide, 7_400)
  view.frame(frameAt(1_000))
  view.frame(frameAt(2_000))
  expect(screen.lines()[0]).toHaveLength(79)
  expect(screen.lines()[0]).toMatch(/ 119 ms$/)
})

test('on a low terminal only as much is redrawn as can be reached', () => {
  const screen = new TerminalPicture(80, 10)
  const view = demo.createTerminalView(screen, demo.NO_COLOURS)
  for (let second = 1; second <= 5; second++) view.frame(frameAt(second * 1_000))
  expect(screen.lines().filter(text => text.startsWith(' offloop demo'))).toHaveLength(1)
})

test('after a change of size everything is written anew for it', () => {
  const screen = new TerminalPicture(120, 40)
  const view = demo.createTerminalView(screen, demo.NO_COLOURS)
  view.violation(violation(), 7_400)
  view.frame(frameAt(8_000))
  screen.resize(60, 40)
  const lines = screen.lines()
  expect(lines.filter(text => text.startsWith(' offloop demo'))).toHaveLength(1)
  expect(lines.filter(text => text.includes('✗ violated'))).toHaveLength(1)
  expect(Math.max(...lines.map(text => text.length))).toBeLessThanOrEqual(60)
})

test('the cursor is hidden meanwhile and back at the end, however often the view is closed', () => {
  const screen = new TerminalPicture(80, 24)
  const view = demo.createTerminalView(screen, demo.NO_COLOURS)
  view.frame(frameAt(1_000))
  expect(screen.isCursorVisible).toBe(false)
  view.close()
  view.close()
  expect(screen.isCursorVisible).toBe(true)
  expect(screen.resizeListenerCount).toBe(0)
})

test('piped, there are lines and no escape codes', () => {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  tell(demo.createPlainView(write, 20_000))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  expect(text).not.toMatch(/ \n/)
  expect(text.match(/✗ violated {2}/g)).toHaveLength(2)
  expect(text).toMatch(/ Summary after 20\.0 s\n/)
  expect(text.endsWith('\n')).toBe(true)
})

test('for programs every line is one JSON object of a known type, and notes go elsewhere', () => {
  let text = ''
  let errorText = ''
  const view = demo.createJsonView(
    more => {
      text += more
    },
    more => {
      errorText += more
    },
  )
  tell(view)
  const types = text
    .trimEnd()
    .split('\n')
    .map(line => (JSON.parse(line) as { type: string }).type)
  expect(types).toEqual([
    'snapshot',
    'perf.slo_violation',
    'perf.slo_violation',
    'snapshot',
    'perf.slo_recovered',
    'snapshot',
    'summary',
  ])
  expect(errorText).toBe('offloop: something to say\n')
})
