import { expect, test } from 'vitest'
import { untilPassed } from '../../../bench/budgets/attempts.ts'

/** Attempts that end as told, one after the other, without a pause between them. */
function attempting(outcomes: readonly (boolean | Error)[], attemptsMax: number) {
  const attempt = async (attempts: number) => {
    const outcome = outcomes[attempts - 1]!
    if (outcome instanceof Error) throw outcome
    return await Promise.resolve({ passed: outcome, attempts })
  }
  return untilPassed(
    attempt,
    ({ passed }) => passed,
    attemptsMax,
    async () => {},
  )
}

test('noise that goes away breaks no budget', async () => {
  expect(await attempting([true], 3)).toEqual({ passed: true, attempts: 1 })
  expect(await attempting([false, false, true], 3)).toEqual({ passed: true, attempts: 3 })
  expect(await attempting([new Error('killed'), true], 3)).toEqual({ passed: true, attempts: 2 })
})

test('a breach that shows itself each time does', async () => {
  expect(await attempting([false, false, false, true], 3)).toEqual({ passed: false, attempts: 3 })
  expect(await attempting([false, true], 1)).toEqual({ passed: false, attempts: 1 })
})

test('what can never be measured is an error', async () => {
  await expect(attempting([new Error('1'), new Error('2')], 2)).rejects.toThrow('2')
})
