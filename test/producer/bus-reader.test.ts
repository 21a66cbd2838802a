import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { pack } from 'msgpackr'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BusReader, connectBus } from '../../src/producer/bus-reader.ts'
import { createCredits } from '../../src/shared/bus-frame.ts'
import type { BusDroppedEvent, Topic } from '../../src/shared/topics.ts'

const frameOf = (count: number, topic: Topic = 'perf.bus_dropped') =>
  pack({ topic, payload: { count, timestamp: 0 } })

function connected(onListenerError: (topic: Topic, error: unknown) => void = vi.fn()) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port2.close())
  const { sender, credits } = connect(port2)
  const reader = new BusReader(port1, onListenerError)
  return { reader, outer: port2, sender, credits, onListenerError }
}

/** What the creating thread does for each aggregator there is. */
function connect(outer: MessagePort) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port2.close())
  const credits = createCredits()
  outer.postMessage({ type: 'offloop-bus', port: port1, credits }, [port1])
  return { sender: port2 as MessagePort, credits: new Int32Array(credits) }
}

/** Resolves when the listener has been called so many times. */
function collect(reader: BusReader, wanted: number): Promise<number[]> {
  return new Promise(resolve => {
    const counts: number[] = []
    reader.on('perf.bus_dropped', ({ count }: BusDroppedEvent) => {
      counts.push(count)
      if (counts.length === wanted) resolve(counts)
    })
  })
}

test('events come in order, those before the decoder was loaded included, and each is paid for', async () => {
  const { reader, sender, credits } = connected()
  const received = collect(reader, 5)
  for (let count = 0; count < 5; count++) sender.postMessage(frameOf(count))
  expect(await received).toEqual([0, 1, 2, 3, 4])
  expect(credits[0]).toBe(5)
})

test('an event nobody listens to is paid for as well: the reader is not slow', async () => {
  const { reader, sender, credits } = connected()
  const received = collect(reader, 1)
  sender.postMessage(frameOf(1, 'perf.samples_lost'))
  sender.postMessage(frameOf(2))
  expect(await received).toEqual([2])
  expect(credits[0]).toBe(2)
})

test('a listener that throws is reported, and harms neither the others nor the events after', async () => {
  const { reader, sender, credits, onListenerError } = connected()
  const boom = new Error('boom')
  reader.on('perf.bus_dropped', () => {
    throw boom
  })
  const received = collect(reader, 2)
  sender.postMessage(frameOf(1))
  sender.postMessage(frameOf(2))
  expect(await received).toEqual([1, 2])
  expect(vi.mocked(onListenerError).mock.calls).toEqual([
    ['perf.bus_dropped', boom],
    ['perf.bus_dropped', boom],
  ])
  expect(credits[0]).toBe(2)
})

test.each([
  ['a promise', (boom: Error) => Promise.reject(boom)],
  // biome-ignore lint/suspicious/noThenProperty: the enemy of this test
  ['a thenable', (boom: Error) => ({ then: (_: unknown, reject: (reason: Error) => void) => reject(boom) })],
])('a listener whose answer, %s, rejects is reported once like one that throws', async (_, answer) => {
  const { reader, sender, onListenerError } = connected()
  const boom = new Error('boom')
  reader.on('perf.bus_dropped', () => answer(boom) as never)
  const received = collect(reader, 2)
  sender.postMessage(frameOf(1))
  sender.postMessage(frameOf(2))
  expect(await received).toEqual([1, 2])
  await vi.waitFor(() =>
    expect(vi.mocked(onListenerError).mock.calls).toEqual([
      ['perf.bus_dropped', boom],
      ['perf.bus_dropped', boom],
    ]),
  )
})

test.each([
  ['throws', () => expect.unreachable('no report')],
  ['rejects', () => Promise.reject(new Error('no report')) as never],
])('a report that %s skips no listener and ends no process', async (_, onListenerError) => {
  const { reader, sender } = connected(vi.fn(onListenerError))
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  reader.on('perf.bus_dropped', () => {
    throw new Error('boom')
  })
  reader.on('perf.bus_dropped', () => Promise.reject(new Error('boom')))
  const received = collect(reader, 2)
  sender.postMessage(frameOf(1))
  sender.postMessage(frameOf(2))
  expect(await received).toEqual([1, 2])
  await new Promise(resolve => setTimeout(resolve, 10))
  expect(unhandled).not.toHaveBeenCalled()
})

test('a listener added twice is called twice, and taken back one at a time', async () => {
  const { reader, sender } = connected()
  const listener = vi.fn()
  const [off, offAgain] = [reader.on('perf.bus_dropped', listener), reader.on('perf.bus_dropped', listener)]
  expect(reader.listenerCount).toBe(2)
  off()
  off()
  expect(reader.listenerCount).toBe(1)
  const received = collect(reader, 1)
  sender.postMessage(frameOf(1))
  await received
  expect(listener).toHaveBeenCalledOnce()
  offAgain()
  expect(reader.listenerCount).toBe(1)
})

test('a listener may take itself back while it runs', async () => {
  const { reader, sender } = connected()
  const seen: number[] = []
  const off = reader.on('perf.bus_dropped', ({ count }) => {
    seen.push(count)
    off()
  })
  const received = collect(reader, 2)
  sender.postMessage(frameOf(1))
  sender.postMessage(frameOf(2))
  await received
  expect(seen).toEqual([1])
})

test('closing hands over what has arrived first, even when nothing was decoded yet', async () => {
  const { reader, sender } = connected()
  const seen: number[] = []
  reader.on('perf.bus_dropped', ({ count }) => seen.push(count))
  for (let count = 0; count < 3; count++) sender.postMessage(frameOf(count))
  await reader.close()
  expect(seen).toEqual([0, 1, 2])
})

test('another aggregator is followed: what the one before had sent comes first, and is paid for to the one that sent it', async () => {
  const { reader, outer, sender, credits } = connected()
  const received = collect(reader, 5)
  for (let count = 0; count < 3; count++) sender.postMessage(frameOf(count))
  sender.close()
  const next = connect(outer)
  for (let count = 3; count < 5; count++) next.sender.postMessage(frameOf(count))
  expect(await received).toEqual([0, 1, 2, 3, 4])
  expect([credits[0], next.credits[0]]).toEqual([3, 2])
})

test('what comes late from the aggregator before is not taken: it is dead', async () => {
  const { reader, outer, sender } = connected()
  const received = collect(reader, 2)
  sender.postMessage(frameOf(0))
  const next = connect(outer)
  next.sender.postMessage(frameOf(1))
  expect(await received).toEqual([0, 1])
  const isClosed = new Promise(resolve => sender.once('close', resolve))
  await isClosed
})

test('closing hands over what several aggregators have sent', async () => {
  const { reader, outer, sender } = connected()
  const seen: number[] = []
  reader.on('perf.bus_dropped', ({ count }) => seen.push(count))
  sender.postMessage(frameOf(0))
  connect(outer).sender.postMessage(frameOf(1))
  connect(outer).sender.postMessage(frameOf(2))
  await reader.close()
  expect(seen).toEqual([0, 1, 2])
})

test('what is no port of the bus is ignored', async () => {
  const { reader, outer, sender } = connected()
  const received = collect(reader, 1)
  for (const message of [{ type: 'other' }, frameOf(5), 7, 'text', undefined, null])
    outer.postMessage(message)
  sender.postMessage(frameOf(1))
  expect(await received).toEqual([1])
})

test.each(['perf.slo_violations', '', 'toString', undefined, 5])(
  '%s is no topic: refused with those there are',
  topic => {
    const { reader } = connected()
    expect(() => reader.on(topic as Topic, () => {})).toThrow(
      expect.objectContaining({
        code: 'OFFLOOP_TOPIC',
        message: expect.stringContaining('perf.slo_violation, '),
      }),
    )
    expect(reader.listenerCount).toBe(0)
  },
)

test('connectBus reports a throwing listener on stderr unless told otherwise', async () => {
  const write = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => write.mockRestore())
  const { port1, port2: outer } = new MessageChannel()
  onTestFinished(() => outer.close())
  const { sender } = connect(outer)
  const reader = connectBus(port1)
  reader.on('perf.bus_dropped', () => {
    throw new Error('boom')
  })
  const received = collect(reader, 1)
  sender.postMessage(frameOf(1))
  await received
  expect(write).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/offloop: .*perf\.bus_dropped.*boom/s))
})

test('ref and unref say whether an open bus keeps the thread alive', () => {
  const { reader } = connected()
  expect(reader.unref()).toBe(reader)
  expect(reader.ref()).toBe(reader)
  reader.unref()
})
