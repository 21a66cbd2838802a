import { expect, test } from 'vitest'
import { compileCallLoop, compileMegamorphicLoop, shuffled } from '../../../bench/setup/call-loop.ts'
import { uniformNumbers } from '../../../bench/setup/inputs.ts'

/** Writes down what it is given. */
class Listing {
  readonly values: number[] = []

  record(value: number): void {
    this.values.push(value)
  }
}

const inputs = Float64Array.of(1.5, 2.5)

test('a loop calls the instruments in turn, with the inputs in turn', () => {
  const instruments = [new Listing(), new Listing(), new Listing(), new Listing()]
  const run = compileCallLoop({ instruments, method: 'record', inputs, callCount: 6 })
  expect(run()).toBe(instruments)
  expect(instruments.map(({ values }) => values)).toEqual([[1.5, 1.5], [2.5, 2.5], [1.5], [2.5]])
})

test('a loop in bursts makes the same calls, with something before each burst', () => {
  const one = new Listing()
  const before = () => one.values.push(0)
  const loop = { instruments: [one], method: 'record', inputs, callCount: 6 }
  compileCallLoop({ ...loop, bursts: { callCount: 3, before } })()
  expect(one.values).toEqual([0, 1.5, 2.5, 1.5, 0, 2.5, 1.5, 2.5])
  expect(() => compileCallLoop({ ...loop, bursts: { callCount: 4, before } })).toThrow(RangeError)
})

test('a megamorphic loop calls nothing but its instruments once it is compiled', () => {
  const one = new Listing()
  const run = compileMegamorphicLoop({ instruments: [one], method: 'record', inputs, callCount: 4 })
  expect(one.values).toEqual([])
  run()
  expect(one.values).toEqual([1.5, 2.5, 1.5, 2.5])
})

test('lengths that no mask goes round are refused', () => {
  const instruments = [new Listing(), new Listing(), new Listing()]
  expect(() => compileCallLoop({ instruments, method: 'record', inputs, callCount: 1 })).toThrow(RangeError)
  const uneven = new Float64Array(3)
  const loop = { instruments: instruments.slice(1), method: 'record', inputs: uneven, callCount: 1 }
  expect(() => compileCallLoop(loop)).toThrow(RangeError)
})

test('a shuffled order has every item, in another order', () => {
  const items = Array.from({ length: 1_000 }, (_, index) => index)
  const order = shuffled(items, 1_024, uniformNumbers(1))
  expect(order).toHaveLength(1_024)
  expect(new Set(order)).toEqual(new Set(items))
  expect(order.slice(0, 20)).not.toEqual(items.slice(0, 20))
})
