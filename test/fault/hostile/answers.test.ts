/** Answers on a control channel may be anybody's: a question ends with a value, a coded error or its time-out, and throws
 *  nothing outside of its promise. */
import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ControlClient } from '../../../src/producer/control-client.ts'
import type { ControlEndpoint } from '../../../src/shared/comlink-endpoint.ts'
import { openOutcome } from '../../../src/shared/control-api.ts'
import { TelemetryError } from '../../../src/shared/errors.ts'

/** A client whose aggregator answers each call with what `answer` gives for its id. */
function answeredBy(answer: (id: string) => readonly unknown[]) {
  const { port1, port2 } = new MessageChannel()
  port2.on('message', ({ id }) => {
    for (const message of answer(id)) port2.postMessage(message)
  })
  const client = new ControlClient(
    async () => port1 as unknown as ControlEndpoint,
    () => {},
  )
  onTestFinished(() => {
    client.close(new TelemetryError('OFFLOOP_CLOSED', { fix: 'ask before' }))
    port2.close()
  })
  return client
}

const right = (id: string) => ({ id, type: 'RAW', value: { value: { lost: 3 } } })

test('nonsense before the answer changes nothing', async () => {
  const nonsense = [null, undefined, 7, 'x', {}, [], { id: 'another' }, { id: null }, { id: { toString: 1 } }]
  const client = answeredBy(id => [...nonsense, right(id)])
  expect(await client.call(remote => remote.flush(), { timeoutMs: 5_000 })).toEqual({ lost: 3 })
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['a text', 'value'],
  ['an empty object', {}],
  ['an error that is null', { error: null }],
  ['an error without a code', { error: { details: { fix: 'x' } } }],
  ['an error of no code there is', { error: { code: 'toString', details: { fix: 'x' } } }],
  ['an error without details', { error: { code: 'OFFLOOP_OPTION' } }],
  ['an error whose fix is no text', { error: { code: 'OFFLOOP_OPTION', details: { fix: 7 } } }],
])('an answer that is %s is a coded error', async (_, value) => {
  const client = answeredBy(id => [{ id, type: 'RAW', value }])
  await expect(client.call(remote => remote.flush(), { timeoutMs: 5_000 })).rejects.toMatchObject({
    code: 'OFFLOOP_ANSWER',
  })
})

test.each<[string, object]>([
  ['of no type', {}],
  ['that is a handler nobody knows', { type: 'HANDLER', name: 'constructor', value: {} }],
  ['that opens a port', { type: 'HANDLER', name: 'proxy', value: null }],
  ['that throws nothing', { type: 'HANDLER', name: 'throw', value: null }],
])('an answer %s rejects, in time', async (_, answer) => {
  const client = answeredBy(id => [{ id, ...answer }])
  await expect(client.call(remote => remote.flush(), { timeoutMs: 1_000 })).rejects.toThrow()
})

describe('openOutcome', () => {
  test('gives a value or throws a coded error, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), outcome => {
        try {
          openOutcome(outcome as never)
        } catch (error) {
          expect(error).toBeInstanceOf(TelemetryError)
        }
      }),
    )
  })
})
