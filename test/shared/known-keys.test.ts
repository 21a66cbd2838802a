import { expect, test } from 'vitest'
import { checkKnownKeys } from '../../src/shared/known-keys.ts'

const KNOWN = ['unit', 'help', 'labelNames']

test('known options pass, none missing is asked for', () => {
  expect(() => checkKnownKeys({}, KNOWN)).not.toThrow()
  expect(() => checkKnownKeys({ unit: 's', help: '' }, KNOWN)).not.toThrow()
})

test.each([
  ['unitt', 'did you mean "unit"?'],
  ['labels', 'did you mean "labelNames"?'],
  ['colour', 'remove it, or use one of unit, help, labelNames'],
  ['__proto__x', 'remove it, or use one of unit, help, labelNames'],
])('the unknown option %s is refused, with advice', (key, advice) => {
  expect(() => checkKnownKeys({ [key]: 1 }, KNOWN, 'echo.')).toThrow(`at echo.${key}. To fix: ${advice}`)
})
