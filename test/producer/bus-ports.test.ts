import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { BusPorts } from '../../src/producer/bus-ports.ts'
import { BusReader } from '../../src/producer/bus-reader.ts'
import type { BusEnd } from '../../src/shared/aggregator-boot.ts'

const PATIENCE = { timeout: 5_000, interval: 5 }

function opened(ports: BusPorts) {
  let end: BusEnd | undefined
  const port = ports.open(given => {
    end = given
  })
  return { reader: new BusReader(port, vi.fn()), port, end: end! }
}

test('each reader has a port and credits of its own with each aggregator', () => {
  const ports = new BusPorts()
  const ends = [opened(ports).end, opened(ports).end, ...ports.connectAll(), ...ports.connectAll()]
  expect(new Set(ends.map(({ port }) => port)).size).toBe(6)
  expect(new Set(ends.map(({ credits }) => credits)).size).toBe(6)
  ports.close()
})

test('a reader that was closed is forgotten', async () => {
  const ports = new BusPorts()
  const [closed, open] = [opened(ports), opened(ports)]
  await closed.reader.close()
  await vi.waitFor(() => expect(ports.connectAll()).toHaveLength(1), PATIENCE)
  await open.reader.close()
  await vi.waitFor(() => expect(ports.connectAll()).toEqual([]), PATIENCE)
})

test('closed, it lets go of its readers, and serves no further ones', async () => {
  const ports = new BusPorts()
  const { port } = opened(ports)
  const isClosed = once(port, 'close')
  ports.close()
  await isClosed
  const connect = vi.fn()
  ports.open(connect)
  expect(connect).not.toHaveBeenCalled()
  expect(ports.connectAll()).toEqual([])
})
