/** The demo's command line. */
import { expect, test } from 'vitest'
import { demo } from './built-demo.ts'

test('without options the demo runs for 20 s on any free port', () => {
  expect(demo.readOptions([])).toEqual({ durationMs: 20_000, connections: 20, port: 0, json: false })
})

test('every option is taken', () => {
  const args = ['--duration', '2.5', '--connections=7', '--port', '8080', '--json']
  expect(demo.readOptions(args)).toEqual({ durationMs: 2_500, connections: 7, port: 8_080, json: true })
})

test('help is given whatever else was asked for, and names every option', () => {
  expect(demo.readOptions(['--help', '--duration', 'x'])).toBe('help')
  expect(demo.readOptions(['-h'])).toBe('help')
  for (const name of ['--duration', '--connections', '--port', '--json', '--help']) {
    expect(demo.HELP).toContain(name)
  }
})

test.each([
  [['--duration', '0'], '--duration "0": give a number from 1 to 3600 seconds'],
  [['--duration', 'soon'], '--duration "soon": give a number from 1 to 3600 seconds'],
  [['--duration='], '--duration "": give a number from 1 to 3600 seconds'],
  [['--duration', 'Infinity'], '--duration "Infinity": give a number from 1 to 3600 seconds'],
  [['--connections', '2.5'], '--connections "2.5": give a whole number from 1 to 1000'],
  [['--port', '65536'], '--port "65536": give a whole number from 0 to 65535'],
  [['--fast'], "Unknown option '--fast'"],
  [['fast'], "Unexpected argument 'fast'"],
  [['--json=yes'], "Option '--json' does not take an argument"],
])('%j is refused with advice', (args, message) => {
  expect(() => demo.readOptions(args)).toThrow(message)
})
