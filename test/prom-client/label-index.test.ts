import { expect, test } from 'vitest'
import { LABEL_SETS_MAX, LabelIndex, labelsOfArguments } from '../../src/prom-client/label-index.ts'

const indexOf = (labelNames: readonly string[]) =>
  new LabelIndex(labelNames, (values, given) => ({ values, given }))

test('the same child for the same values, however they are given', () => {
  const index = indexOf(['method', 'code'])
  const child = index.child({ method: 'GET', code: 200 })
  expect(child).toEqual({ values: ['GET', '200'], given: { method: 'GET', code: 200 } })
  expect(index.child({ code: '200', method: 'GET' })).toBe(child)
  expect(index.child({ code: 200, method: 'GET' })).toBe(child)
  expect(index.child({ code: 404, method: 'GET' })).not.toBe(child)
  expect([...index.all]).toHaveLength(2)
})

test('a label that is left out, or has no value, is empty', () => {
  const index = indexOf(['method', 'code'])
  const child = index.child({ method: 'GET' })
  expect(child.values).toEqual(['GET', ''])
  expect(index.child({ method: 'GET', code: undefined })).toBe(child)
  expect(index.child({ method: 'GET', code: '' })).toBe(child)
  expect(index.child({}).values).toEqual(['', ''])
})

test('values are told apart wherever they are divided', () => {
  const index = indexOf(['a', 'b'])
  expect(index.child({ a: 'x,b:y', b: '' })).not.toBe(index.child({ a: 'x', b: 'y' }))
  expect(index.child({ a: '', b: 'x' })).not.toBe(index.child({ a: 'x', b: '' }))
})

test('a label that the metric does not have is refused, each time', () => {
  const index = indexOf(['method'])
  index.child({ method: 'GET' })
  for (let round = 0; round < 2; round++) {
    expect(() => index.child({ method: 'GET', code: 1 })).toThrow(
      `Added label "code" is not included in initial labelset: [ 'method' ]`,
    )
  }
  expect(() => indexOf([]).child({ a: 1 })).toThrow('initial labelset: []')
})

test('what the telemetry does not take as a label value is changed', () => {
  const index = indexOf(['a'])
  expect(index.child({ a: '__overflow__' }).values).toEqual(['_overflow_'])
  expect(index.child({ a: 'x'.repeat(5_000) }).values[0]).toHaveLength(1_024)
  expect(index.child({ a: null }).values).toEqual(['null'])
  const dated = { toString: () => 'a date' }
  expect(index.child({ a: dated })).toBe(index.child({ a: { toString: () => 'a date' } }))
})

test('beyond the limit further values share one child', () => {
  const index = indexOf(['user'])
  for (let user = 0; user < LABEL_SETS_MAX; user++) index.child({ user })
  const shared = index.child({ user: 'one more' })
  expect(shared.values).toEqual(['_overflow_'])
  expect(index.child({ user: 'and another' })).toBe(shared)
  expect(index.child({ user: 5 }).values).toEqual(['5'])
  expect([...index.all].at(-1)).toBe(shared)
})

test('labels by position are as many as there are names', () => {
  expect(labelsOfArguments(['a', 'b'], ['x', 1])).toEqual({ a: 'x', b: 1 })
  expect(labelsOfArguments(['a', 'b'], [{ a: 'x' }])).toEqual({ a: 'x' })
  expect(() => labelsOfArguments(['a', 'b'], ['x'])).toThrow(
    'Invalid number of arguments (1): "x" for label names (2): "a, b".',
  )
})
