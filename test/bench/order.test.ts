import { expect, test } from 'vitest'
import { orderOfRound } from '../../bench/core/order.ts'

const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const ROUND_COUNT = 2_000
const rounds = Array.from({ length: ROUND_COUNT }, (_, round) => orderOfRound(ITEMS, round - 1))

test('every item has its turn, once', () => {
  for (const order of rounds) expect([...order].sort()).toEqual(ITEMS)
})

test('the same round has the same order, and leaves what it is given as it is', () => {
  const items = [...ITEMS]
  expect(orderOfRound(items, 5)).toEqual(orderOfRound(ITEMS, 5))
  expect(items).toEqual(ITEMS)
})

test('each item comes first, and after each other, about as often as any', () => {
  const firstCounts = ITEMS.map(item => rounds.filter(([first]) => first === item).length)
  const afterCounts = ITEMS.slice(1).map(
    item => rounds.filter(order => order[order.indexOf('a') - 1] === item).length,
  )
  for (const count of [...firstCounts, ...afterCounts]) {
    expect(count).toBeGreaterThan((0.8 * ROUND_COUNT) / ITEMS.length)
    expect(count).toBeLessThan((1.2 * ROUND_COUNT) / ITEMS.length)
  }
})
