import { expect, test } from 'vitest'
import { inTurn, knownFigures, measureInTurn } from '../../../bench/load/setup/rounds.ts'

const items = ['a', 'b', 'c']

async function measured(options: { roundCount: number; hasWarmUp: boolean }) {
  const order: string[] = []
  let roundsTold = 0
  const onRound = () => {
    roundsTold += 1
  }
  const figures = await measureInTurn(items, { ...options, onRound }, async item => order.push(item))
  return { order: order.join(''), roundsTold, figures: items.map(item => figures.get(item)) }
}

test('a round begins with another item than the one before', () => {
  expect([-1, 0, 1, 2, 3].map(round => inTurn(items, round).join(''))).toEqual([
    'abc',
    'abc',
    'bca',
    'cab',
    'abc',
  ])
})

test('every item is measured in each round, after a warm-up that is not kept', async () => {
  const { order, figures, roundsTold } = await measured({ roundCount: 2, hasWarmUp: true })
  expect(order).toBe('abcabcbca')
  expect(figures).toEqual([
    [4, 9],
    [5, 7],
    [6, 8],
  ])
  expect(roundsTold).toBe(3)
})

test('fresh processes need no warm-up; the bench is told of as many rounds all the same', async () => {
  const { order, figures, roundsTold } = await measured({ roundCount: 1, hasWarmUp: false })
  expect(order).toBe('abc')
  expect(figures).toEqual([[1], [2], [3]])
  expect(roundsTold).toBe(2)
})

test('figures that the system did not tell are left out, and zero is a figure', () => {
  expect(knownFigures([1, undefined, 0])).toEqual([1, 0])
})
