import { describe, expect, test } from 'vitest'
import { assert, TelemetryError } from '../../src/shared/errors.ts'

const refuse = (got: unknown) => new TelemetryError('OFFLOOP_OPTION', { got, fix: 'give a number' })

test('the message says code, meaning, place, what was given and what to do', () => {
  const error = new TelemetryError('OFFLOOP_LANE_SIZE', {
    at: 'laneCapacity',
    got: 1_000,
    fix: 'use a power of two',
  })
  expect(error.message).toBe(
    'OFFLOOP_LANE_SIZE: the lane capacity is not usable at laneCapacity (got 1000). To fix: use a power of two.',
  )
})

test('it is an Error with a stable name, a code, its details and a stack that begins here', () => {
  const details = { got: 5, fix: 'x' }
  const error = new TelemetryError('OFFLOOP_TOPIC', details)
  expect(error).toBeInstanceOf(Error)
  expect([error.name, error.code, error.details]).toEqual(['TelemetryError', 'OFFLOOP_TOPIC', details])
  expect(error.stack).toContain('errors.test.ts')
})

test('what has no place and no value is left out', () => {
  expect(new TelemetryError('OFFLOOP_CLOSED', { fix: 'ask earlier' }).message).toBe(
    'OFFLOOP_CLOSED: the telemetry is closed. To fix: ask earlier.',
  )
})

test('the cause is kept, and there is none when none was given', () => {
  const cause = new Error('deeper')
  expect(new TelemetryError('OFFLOOP_OPTION', { fix: 'x', cause }).cause).toBe(cause)
  expect('cause' in new TelemetryError('OFFLOOP_OPTION', { fix: 'x' })).toBe(false)
})

describe('what was given is shown', () => {
  class Unprintable {
    toJSON() {
      return undefined
    }
  }
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const explosive = () => {
    throw new Error('hostile')
  }
  test.each<[string, unknown, string]>([
    ['a text, quoted', 'a "b"\n', String.raw`(got "a \"b\"\n")`],
    ['an empty text', '', '(got "")'],
    ['null', null, '(got null)'],
    ['NaN', Number.NaN, '(got NaN)'],
    ['a BigInt', 12n, '(got 12)'],
    ['a Symbol', Symbol('s'), '(got Symbol(s))'],
    ['an object', { a: [1] }, '(got {"a":[1]})'],
    ['a function', function pager() {}, '(got function pager)'],
    ['an object that hides from JSON', new Unprintable(), '(got an object)'],
    ['a cycle', cyclic, '(got a object that cannot be shown)'],
    ['an object with a BigInt', { a: 1n }, '(got a object that cannot be shown)'],
    [
      'a getter that throws',
      Object.defineProperty({}, 'a', { get: explosive, enumerable: true }),
      'cannot be shown',
    ],
    [
      'a proxy that throws at every touch',
      new Proxy({}, { get: explosive, ownKeys: explosive }),
      'cannot be shown',
    ],
    ['a revoked proxy', revoked(), 'cannot be shown'],
    [
      'a function whose name is hostile',
      Object.defineProperty(() => {}, 'name', { get: explosive }),
      'cannot be shown',
    ],
    [
      'a function named by a Symbol',
      Object.defineProperty(() => {}, 'name', { value: Symbol('s') }),
      'cannot be shown',
    ],
  ])('%s', (_, got, shown) => {
    expect(refuse(got).message).toContain(shown)
  })

  test('shortened, however long it is', () => {
    for (const got of ['x'.repeat(1e6), { a: 'x'.repeat(1e6) }, '\u{1f600}'.repeat(1e5)]) {
      expect(refuse(got).message.length).toBeLessThan(250)
      expect(refuse(got).message).toContain('…')
    }
  })
})

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test('an assertion passes what is true, and calls the rest a defect of offloop', () => {
  expect(() => assert(true, 'never')).not.toThrow()
  expect(() => assert(false, 'indices lie apart')).toThrow(/offloop defect: indices lie apart/)
  expect(() => assert(false, 'x')).not.toThrow(TelemetryError)
})
