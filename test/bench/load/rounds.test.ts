import { expect, test } from 'vitest'
import { orderOfRound } from '../../../bench/core/order.ts'
import { knownFigures, measureInTurn } from '../../../bench/load/setup/rounds.ts'

const items = ['a', 'b', 'c']

async function measured(options: { roundCount: number; firstRound: number; hasWarmUp: boolean }) {
  const order: string[] = []
  let roundsTold = 0
  const onRound = () => {
    roundsTold += 1
  }
  const figures = await measureInTurn(items, { ...options, onRound }, async item => order.push(item))
  return { order: order.join(''), roundsTold, figures: items.map(item => figures.get(item)) }
}

const orders = (rounds: number[]) => rounds.map(round => orderOfRound(items, round).join('')).join('')

test('every item is measured in each round, after a warm-up that is not kept, in the order of the round', async () => {
  const { order, figures, roundsTold } = await measured({ roundCount: 2, firstRound: 0, hasWarmUp: true })
  expect(order).toBe(orders([-1, 0, 1]))
  for (const ofItem of figures) expect(ofItem).toEqual([expect.any(Number), expect.any(Number)])
  expect(figures.flat().toSorted((a, b) => a! - b!)).toEqual([4, 5, 6, 7, 8, 9])
  expect(roundsTold).toBe(3)
})

test('rounds that follow those of another process have orders of their own', async () => {
  const { order } = await measured({ roundCount: 2, firstRound: 5, hasWarmUp: false })
  expect(order).toBe(orders([5, 6]))
})

test('fresh processes need no warm-up; the bench is told of as many rounds all the same', async () => {
  const { figures, roundsTold } = await measured({ roundCount: 1, firstRound: 0, hasWarmUp: false })
  expect(figures.flat().toSorted()).toEqual([1, 2, 3])
  expect(roundsTold).toBe(2)
})

test('figures that the system did not tell are left out, and zero is a figure', () => {
  expect(knownFigures([1, undefined, 0])).toEqual([1, 0])
})
