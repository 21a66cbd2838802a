import { expect, test } from 'vitest'
import { HELP, readOptions, UsageError } from './options.ts'

test('without options ten million samples go through the production writer, with a seed of the run’s own', () => {
  expect(readOptions([])).toEqual({
    sampleCount: 1e7,
    seed: undefined,
    caseFilter: undefined,
    writerName: 'production',
    json: false,
  })
})

test('samples are taken in scientific notation, too', () => {
  expect(readOptions(['--samples', '1e8', '--seed', '0', '--case', 'slow', '--json'])).toEqual({
    sampleCount: 1e8,
    seed: 0,
    caseFilter: 'slow',
    writerName: 'production',
    json: true,
  })
})

test.each([
  [['--samples', '1e4'], '--samples "1e4": give a whole number from 100000 to 10000000000'],
  [['--samples', ''], '--samples "": give a whole number from 100000 to 10000000000'],
  [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
  [['--seed', '1.5'], '--seed "1.5": give a whole number from 0 to 4294967295'],
  [
    ['--writer', 'best'],
    '--writer "best": choose from production, publishes-first, overwrites, forgets, refuses',
  ],
  [['1e8'], "Unexpected argument '1e8'"],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused: %s', (args, message) => {
  expect(() => readOptions(args)).toThrow(new UsageError(message))
})

test('help is given whatever else is asked', () => {
  expect(readOptions(['--samples', 'many', '--help'])).toBe('help')
  expect(HELP).toContain('npm run stress --')
})
