import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { unpack } from 'msgpackr'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BUS_FRAMES_MAX, type BusFrame, createCredits } from '../../src/shared/bus-frame.ts'
import type { SLOViolationEvent } from '../../src/shared/topics.ts'
import { Bus } from '../../src/worker/bus.ts'

const NOW = 1_234

const violation: SLOViolationEvent = {
  slo: 'echo p(95)<60ms',
  metric: 'input_to_echo',
  labels: { route: '/a', größe: '✓' },
  percentile: 'p95',
  op: '<',
  threshold: 60,
  actual: 61.25,
  unit: 'ms',
  count: 100,
  window: 'rolling',
  exact: true,
  suppressed: 0,
  timestamp: 1_700_000_000_000.5,
}

function createBus(readerCount = 1) {
  const bus = new Bus(() => NOW)
  const readers = Array.from({ length: readerCount }, () => addReader(bus))
  return { bus, readers, reader: readers[0]! }
}

/** A reader that takes frames only when told to. */
function addReader(bus: Bus) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const buffer = createCredits()
  const credits = new Int32Array(buffer)
  bus.add(port2, buffer)
  const take = (count = Number.POSITIVE_INFINITY) => {
    const frames: Uint8Array[] = []
    while (frames.length < count) {
      const next = receiveMessageOnPort(port1)
      if (next === undefined) break
      frames.push(next.message)
      Atomics.add(credits, 0, 1)
    }
    return frames
  }
  const events = (count?: number) => take(count).map(frame => unpack(frame) as BusFrame)
  return { port: port1 as MessagePort, credits, take, events }
}

const publish = (bus: Bus, count: number) => bus.publish('perf.bus_dropped', { count, timestamp: 0 })
const publishMany = (bus: Bus, times: number) => {
  for (let count = 0; count < times; count++) publish(bus, count)
}

test('an event arrives as it was, on every port, in order', () => {
  const { bus, readers } = createBus(3)
  bus.publish('perf.slo_violation', violation)
  publish(bus, 1)
  for (const { events } of readers) {
    expect(events()).toEqual([
      { topic: 'perf.slo_violation', payload: violation },
      { topic: 'perf.bus_dropped', payload: { count: 1, timestamp: 0 } },
    ])
  }
})

test('a frame carries its own bytes, not the packer’s pool', () => {
  const { bus, reader } = createBus()
  bus.publish('perf.slo_violation', violation)
  publishMany(bus, 10)
  for (const frame of reader.take()) {
    expect(frame).toBeInstanceOf(Uint8Array)
    expect(frame.buffer.byteLength).toBe(frame.byteLength)
    expect(frame.byteLength).toBeLessThan(1_024)
  }
})

test('without readers an event costs nothing and goes nowhere', () => {
  const { bus } = createBus(0)
  expect(bus.hasReaders).toBe(false)
  bus.publish('perf.slo_violation', null as never)
  expect(bus.droppedCount).toBe(0)
})

describe('a reader that does not read', () => {
  test('is sent no more frames than it has credit for; the rest is dropped and counted', () => {
    const { bus, reader } = createBus()
    publishMany(bus, BUS_FRAMES_MAX + 500)
    expect(bus.droppedCount).toBe(500)
    expect(reader.take()).toHaveLength(BUS_FRAMES_MAX)
  })

  test('takes nothing from one that does', () => {
    const { bus, readers } = createBus(2)
    const [slow, fast] = [readers[0]!, readers[1]!]
    for (let round = 0; round < 3; round++) {
      publishMany(bus, BUS_FRAMES_MAX)
      expect(fast.take()).toHaveLength(BUS_FRAMES_MAX)
    }
    expect(slow.take()).toHaveLength(BUS_FRAMES_MAX)
    expect(bus.droppedCount).toBe(2 * BUS_FRAMES_MAX)
  })

  test('has room for as many as it has taken, one for one', () => {
    const { bus, reader } = createBus()
    publishMany(bus, BUS_FRAMES_MAX)
    reader.take(3)
    publishMany(bus, 5)
    expect(bus.droppedCount).toBe(2)
    expect(reader.take()).toHaveLength(BUS_FRAMES_MAX)
  })

  test('is told what it missed once it has caught up, once, and not before', () => {
    const { bus, reader } = createBus()
    publishMany(bus, BUS_FRAMES_MAX + 7)
    bus.reportDropped()
    bus.reportDropped()
    expect(reader.events().at(-1)?.payload).toEqual({ count: BUS_FRAMES_MAX - 1, timestamp: 0 })
    bus.reportDropped()
    bus.reportDropped()
    expect(reader.events()).toEqual([{ topic: 'perf.bus_dropped', payload: { count: 7, timestamp: NOW } }])
    publishMany(bus, 1)
    bus.reportDropped()
    expect(reader.events()).toHaveLength(1)
    expect(bus.droppedCount).toBe(7)
  })
})

describe('a port that is closed', () => {
  test('by its reader is forgotten, with what it missed', async () => {
    const { bus, reader } = createBus()
    publishMany(bus, BUS_FRAMES_MAX + 1)
    reader.port.close()
    await expect.poll(() => bus.hasReaders, { interval: 1, timeout: 5_000 }).toBe(false)
    publishMany(bus, 10)
    expect(bus.droppedCount).toBe(1)
  })

  test('and not yet known to be harms nobody', () => {
    const { bus, readers } = createBus(2)
    readers[0]!.port.close()
    expect(() => publishMany(bus, 2 * BUS_FRAMES_MAX)).not.toThrow()
    expect(readers[1]!.take()).toHaveLength(BUS_FRAMES_MAX)
  })
})

test('closing tells what was missed, closes every port, and is silent afterwards', async () => {
  const { bus, reader } = createBus()
  const isClosed = new Promise(resolve => reader.port.once('close', resolve))
  publishMany(bus, BUS_FRAMES_MAX + 2)
  reader.take()
  bus.close()
  publishMany(bus, 1)
  expect(reader.events()).toEqual([{ topic: 'perf.bus_dropped', payload: { count: 2, timestamp: NOW } }])
  await isClosed
  expect(bus.hasReaders).toBe(false)
})
