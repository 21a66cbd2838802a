import { expect, test } from 'vitest'
import { HELP, readOptions, UsageError } from './options.ts'

test('without options it takes three minutes, with a seed of its own, and the product’s own overflow', () => {
  expect(readOptions([])).toEqual({
    durationMs: 180_000,
    seed: undefined,
    outPath: undefined,
    overflow: 'default',
    withFaults: false,
    broken: 'nothing',
  })
})

test.each([
  [['--hours', '8'], 8 * 3_600_000],
  [['--minutes', '3'], 180_000],
  [['--hours', '1', '--minutes', '30'], 5_400_000],
  [['--minutes', '0.1'], 6_000],
])('%j is how long it takes', (args, durationMs) => {
  expect(readOptions(args)).toMatchObject({ durationMs })
})

test.each([
  [['--hours', '0'], '0 minutes: give 0.1 minutes to 168 hours in all'],
  [['--hours', '168', '--minutes', '1'], '10081 minutes: give 0.1 minutes to 168 hours in all'],
  [['--hours', 'all'], '--hours "all": give a number from 0 to 168'],
  [['--minutes', ''], '--minutes "": give a number from 0 to 10080'],
  [['--seed', '1.5'], '--seed "1.5": give a whole number'],
  [['--overflow', 'wait'], '--overflow "wait": choose from default, summarize, drop'],
  [['--break', 'all'], '--break "all": choose from nothing, count, leaks'],
  [['--forever'], "Unknown option '--forever'"],
])('%j is refused: %s', (args, message) => {
  expect(() => readOptions(args)).toThrow(new UsageError(message))
})

test('help is given whatever else is asked', () => {
  expect(readOptions(['--hours', 'many', '--help'])).toBe('help')
  expect(HELP).toContain('npm run soak --')
})
