import { expect, test } from 'vitest'
import { Outbox, type OutgoingEvent } from '../../src/worker/outbox.ts'

const event = (count: number) => ({ topic: 'perf.bus_dropped', payload: { count, timestamp: 0 } }) as const

/** An outbox whose aggregator may be stopped at any step: what was saved and what was sent by then is known. */
function createOutbox(generation = 1, left: readonly OutgoingEvent[] = []) {
  const sent: { count: number; number: number | undefined }[] = []
  const saved: { unsent: readonly OutgoingEvent[]; sentBefore: number }[] = []
  const outbox: Outbox = new Outbox(
    generation,
    (_topic, payload, number) => sent.push({ count: (payload as { count: number }).count, number }),
    () => saved.push({ unsent: outbox.unsent, sentBefore: sent.length }),
    left,
  )
  return { outbox, sent, saved }
}

test('events are saved before the first of them is sent, and let go when all are', async () => {
  const { outbox, sent, saved } = createOutbox()
  const events = [event(1), event(2)]
  outbox.announce(events)
  for (const { topic, payload } of events) outbox.publish(topic, payload)
  await Promise.resolve()
  expect(saved.map(({ unsent, sentBefore }) => [unsent.length, sentBefore])).toEqual([
    [2, 0],
    [0, 2],
  ])
  expect(sent).toEqual([
    { count: 1, number: 2 ** 32 },
    { count: 2, number: 2 ** 32 + 1 },
  ])
})

test('a successor sends what may not have been sent, under the numbers it had, and then its own above them', () => {
  const before = createOutbox(3)
  before.outbox.announce([event(1), event(2)])
  const after = createOutbox(4, before.saved[0]!.unsent)
  after.outbox.resend()
  const next = event(3)
  after.outbox.announce([next])
  after.outbox.publish(next.topic, next.payload)
  expect(after.sent.map(({ count }) => count)).toEqual([1, 2, 3])
  const numbers = after.sent.map(({ number }) => number!)
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  expect(numbers[0]).toBe(before.outbox.unsent[0]!.number)
})

test('what was not announced has no number, and is not sent again', () => {
  const { outbox, sent } = createOutbox()
  const { topic, payload } = event(7)
  outbox.publish(topic, payload)
  expect(sent).toEqual([{ count: 7, number: undefined }])
  expect(outbox.unsent).toEqual([])
})

test('a check without events costs no save', () => {
  const { outbox, saved } = createOutbox()
  outbox.announce([])
  expect(saved).toEqual([])
})
