import { expect, test } from 'vitest'
import type { Outcome, Sender } from '../../../src/exporters/remote-write/attempt.ts'
import type { Collection, PackedRequest } from '../../../src/exporters/remote-write/collection.ts'
import { Delivery } from '../../../src/exporters/remote-write/delivery.ts'

const MIB = 2 ** 20

function collectionOf(...requests: Partial<PackedRequest>[]): Collection {
  const request = { content: 'values', body: Uint8Array.of(1), figureCount: 1 } as const
  return { timeMs: 0, requests: requests.map(given => ({ ...request, ...given })) }
}

/** @param outcomes of one request after the other; then they are delivered */
function deliveryWith(...outcomes: Outcome[]) {
  const sent: Uint8Array[] = []
  const told: string[] = []
  const sender: Sender = {
    send: body => {
      sent.push(body)
      return Promise.resolve(outcomes.shift() ?? { kind: 'delivered' })
    },
    close: () => told.push('closed'),
  }
  const delivery = new Delivery({
    sender,
    report: {
      began: () => {},
      ended: () => told.push('ended'),
      failed: ({ detail }, content) => told.push(`failed: ${detail} (${content})`),
      dropped: (requests, figures, why) => told.push(`dropped ${requests}/${figures}: ${why}`),
    },
    queueMax: 100,
    nowMs: () => 0,
    random: () => 0,
  })
  return { delivery, sent, told }
}

const failed = (detail: string, isAnswer = false): Outcome => ({
  kind: 'failed',
  reason: 'unreachable',
  detail,
  retryAfterMs: undefined,
  isAnswer,
})

test('requests go one after the other, and what failed goes again before the next', async () => {
  const { delivery, sent, told } = deliveryWith({ kind: 'delivered' }, failed('gone'))
  const bodies = [1, 2, 3].map(number => Uint8Array.of(number))
  const ended = delivery.add(collectionOf(...bodies.map(body => ({ body }))))
  expect(await ended).toBeUndefined()
  expect(sent).toEqual([1, 2, 2, 3].map(number => Uint8Array.of(number)))
  expect(told).toEqual(['failed: gone (values)', 'ended'])
})

test('what figures can do without is not tried again when the store has answered, and holds up nothing', async () => {
  const { delivery, sent, told } = deliveryWith(failed('it answered 500', true), failed('refused'))
  const starts = { content: 'starts', figureCount: 0 } as const
  expect(await delivery.add(collectionOf(starts, {}))).toBeUndefined()
  expect(sent).toHaveLength(3)
  expect(told).toEqual(['failed: it answered 500 (starts)', 'failed: refused (values)', 'ended'])
})

test('what waits is bounded by its bytes, too; the latest is kept, however large it is', async () => {
  const { delivery, told } = deliveryWith(failed('gone'))
  const large = { body: new Uint8Array(20 * MIB) }
  const ends = [delivery.add(collectionOf(large))]
  await new Promise(resolve => setImmediate(resolve))
  ends.push(delivery.add(collectionOf(large)), delivery.add(collectionOf({ body: new Uint8Array(40 * MIB) })))
  expect(await Promise.all(ends)).toEqual([
    'more than 32 MiB wait; gone',
    'more than 32 MiB wait; gone',
    undefined,
  ])
  expect(told.filter(line => line.startsWith('dropped'))).toHaveLength(2)
})

test('what is added after the close is dropped, and said', async () => {
  const { delivery, sent, told } = deliveryWith()
  delivery.close()
  expect(await delivery.add(collectionOf({}, {}))).toMatch(/it was closed/)
  expect(sent).toEqual([])
  expect(told).toContain('dropped 2/2: it was closed before they could be sent')
})

test('what is added right when another ends is sent', async () => {
  const { delivery, sent } = deliveryWith()
  await delivery.add(collectionOf({})).then(() => delivery.add(collectionOf({})))
  for (let index = 0; index < 20; index++) {
    const first = delivery.add(collectionOf({}))
    await first
    await delivery.add(collectionOf({}))
  }
  expect(sent).toHaveLength(42)
})
