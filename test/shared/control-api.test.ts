import { expect, test } from 'vitest'
import { openOutcome, outcomeOf } from '../../src/shared/control-api.ts'
import { TelemetryError, type TelemetryErrorDetails } from '../../src/shared/errors.ts'

function failWith(details: TelemetryErrorDetails): TelemetryError {
  const outcome = outcomeOf(() => {
    throw new TelemetryError('OFFLOOP_LABEL_VALUE', details)
  })
  try {
    openOutcome(structuredClone(outcome))
  } catch (error) {
    return error as TelemetryError
  }
  return expect.unreachable('an error became a value')
}

test.each([undefined, null, 0, '', false, { count: 1 }, { error: 'a field like any other' }])(
  'the value %o arrives as it was',
  value => {
    expect(openOutcome(structuredClone(outcomeOf(() => value)))).toEqual(value)
  },
)

test('a coded error crosses a thread and is itself again: class, code, message, details', () => {
  const details = { at: 'http.route', got: 'x', fix: 'give a string' }
  const error = failWith(details)
  expect(error).toBeInstanceOf(TelemetryError)
  expect(error).toMatchObject({ code: 'OFFLOOP_LABEL_VALUE', details, name: 'TelemetryError' })
  expect(error.message).toBe(new TelemetryError('OFFLOOP_LABEL_VALUE', details).message)
})

test.each<[string, unknown]>([
  ['a text', 'x'],
  ['an object', { a: [1] }],
  ['an object with a function, which no message shows', { a: () => {}, b: 1 }],
  ['null', null],
  ['a BigInt', 5n],
])('what was given is shown on the other side too: %s', (_, got) => {
  const details = { got, fix: 'give a string' }
  expect(failWith(details).message).toBe(new TelemetryError('OFFLOOP_LABEL_VALUE', details).message)
})

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic
test.each<[string, unknown]>([
  ['a function', () => {}],
  ['a Symbol', Symbol('s')],
  ['a cycle', cyclic],
])('%s that was given, or is the cause, does not keep the error from crossing', (_, uncloneable) => {
  expect(failWith({ fix: 'x', got: uncloneable }).code).toBe('OFFLOOP_LABEL_VALUE')
  expect(failWith({ fix: 'x', cause: uncloneable }).code).toBe('OFFLOOP_LABEL_VALUE')
})

test('an error as cause comes along', () => {
  expect(failWith({ fix: 'x', cause: new Error('deeper') }).cause).toMatchObject({ message: 'deeper' })
})

test('an error without a code is a defect, and stays one', () => {
  const defect = new RangeError('boom')
  expect(() =>
    outcomeOf(() => {
      throw defect
    }),
  ).toThrow(defect)
})
