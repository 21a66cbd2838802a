/** The decoder of events cannot be loaded: node --permission forbids it, or a bundle was deployed without a chunk. */
import { MessageChannel } from 'node:worker_threads'
import { pack } from 'msgpackr'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BusReader } from '../../src/producer/bus-reader.ts'
import { createCredits } from '../../src/shared/bus-frame.ts'

vi.mock('msgpackr/unpack', () => {
  throw new Error('Access to this API has been restricted')
})

test('events that cannot be decoded are counted and paid for, and listeners are told of it once: nothing rejects', async () => {
  const [outer, inner] = [new MessageChannel(), new MessageChannel()]
  onTestFinished(() => inner.port2.close())
  const onListenerError = vi.fn()
  const reader = new BusReader(outer.port1, onListenerError)
  const listener = vi.fn()
  reader.on('perf.bus_dropped', listener)
  const credits = createCredits()
  outer.port2.postMessage({ type: 'offloop-bus', port: inner.port1, credits }, [inner.port1])
  const frame = pack({ topic: 'perf.bus_dropped', payload: { count: 1, timestamp: 0 } })
  inner.port2.postMessage(frame)
  await vi.waitFor(() => expect(onListenerError).toHaveBeenCalledOnce())
  inner.port2.postMessage(frame)
  await vi.waitFor(() => expect(reader.foreignCount).toBe(2))
  await reader.close()
  expect(listener).not.toHaveBeenCalled()
  expect(new Int32Array(credits)[0]).toBe(2)
  expect(onListenerError.mock.calls).toEqual([
    ['perf.bus_dropped', expect.objectContaining({ message: expect.stringContaining('cannot be decoded') })],
  ])
})
