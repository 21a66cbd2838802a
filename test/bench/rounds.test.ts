import { expect, test } from 'vitest'
import type { Candidate } from '../../bench/core/question.ts'
import { measureRounds } from '../../bench/core/rounds.ts'

const candidates = ['a', 'b', 'c'].map((name): Candidate => ({ name, operationCount: 1, run: () => name }))

/** Measures by counting, and writes down who was measured. */
async function measured(roundCount: number) {
  const order: string[] = []
  let roundsSeen = 0
  const figures = await measureRounds(candidates, {
    roundCount,
    firstRound: 0,
    isBrief: false,
    meter: {
      measure: ({ name }) => Promise.resolve(order.push(name)),
      operationCountOf: () => 0,
    },
    onRound: () => {
      roundsSeen += 1
    },
  })
  return { order: order.join(''), roundsSeen, figures: candidates.map(one => figures.get(one)) }
}

test('every candidate is measured in each round, after a warm-up that is not kept', async () => {
  const { order, figures } = await measured(2)
  expect(order).toHaveLength(3 * 3)
  expect(figures.every(rounds => rounds?.length === 2)).toBe(true)
  expect(figures.flat()).not.toContain(1)
})

test('the order differs from round to round: none always follows the same other', async () => {
  const { order } = await measured(20)
  const rounds = order.match(/.{3}/g)!
  expect(new Set(rounds)).toEqual(new Set(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']))
})

test('figures stand in the order of the rounds, whatever the order within them', async () => {
  const { order, figures } = await measured(2)
  const placeOf = (name: string, round: number) => order.indexOf(name, 3 * (round + 1)) + 1
  expect(figures).toEqual(['a', 'b', 'c'].map(name => [placeOf(name, 0), placeOf(name, 1)]))
})

test('rounds are told as they end, the warm-up among them', async () => {
  expect((await measured(3)).roundsSeen).toBe(4)
})
