import { expect, test } from 'vitest'
import { readOptions } from '../../../bench/budgets/options.ts'
import { UsageError } from '../../../bench/options.ts'

test('without arguments everything is measured, at the limits as stated', () => {
  expect(readOptions([], false)).toEqual({
    json: false,
    out: undefined,
    onCI: false,
    roundCount: 1,
    skipsFigures: false,
    limitScale: 1,
    attemptsMax: 3,
  })
})

test('CI is what the environment says, or --ci', () => {
  expect(readOptions([], true)).toMatchObject({ onCI: true })
  expect(readOptions(['--ci'], false)).toMatchObject({ onCI: true })
})

test('every option is read', () => {
  const args = ['--json', '--out', 'b.json', '--rounds', '5', '--skip-figures', '--limit-scale', '0.0001']
  expect(readOptions([...args, '--attempts', '1'], false)).toMatchObject({
    json: true,
    out: 'b.json',
    roundCount: 5,
    skipsFigures: true,
    limitScale: 0.0001,
    attemptsMax: 1,
  })
  expect(readOptions(['--rounds', 'x', '--help'], false)).toBe('help')
})

test.each([
  ['--rounds', '0'],
  ['--rounds', '1.5'],
  ['--attempts', ''],
  ['--limit-scale', '0'],
  ['--limit-scale', 'small'],
  ['--fast'],
  ['record'],
])('%j %j cannot be used', (...args) => {
  expect(() => readOptions(args, false)).toThrow(UsageError)
})
