import { MessageChannel } from 'node:worker_threads'
import { wrap } from 'comlink'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BusPorts } from '../../src/producer/bus-ports.ts'
import { type ControlEndpoint, toComlink } from '../../src/shared/comlink-endpoint.ts'
import type { AggregatorControl } from '../../src/shared/control-api.ts'
import type { Aggregator } from '../../src/worker/aggregator.ts'
import { ControlServer } from '../../src/worker/control.ts'
import type { Extensions } from '../../src/worker/extensions.ts'

test('what was said before the thread was up is heeded in its first turn, in order, and once', async () => {
  const said: string[] = []
  const aggregator = {
    openBus: vi.fn(() => said.push('open-bus')),
    addSlo: vi.fn(() => said.push('add-slo')),
    flush: vi.fn(() => {
      said.push('flush')
      return { lost: 0 }
    }),
    close: vi.fn(() => ({ lost: 0 })),
  }
  const extensions = { info: async () => ({}), close: async () => {} }
  const { port1, port2 } = new MessageChannel()
  const ports = new BusPorts()
  const reader = ports.open(end => port1.postMessage({ type: 'open-bus', ...end }, [end.port]))
  const remote = wrap<AggregatorControl>(toComlink(port1 as unknown as ControlEndpoint))
  const flushed = remote.flush()
  port1.postMessage({ type: 'add-slo', sloId: 0, definition: { metric: 'm', objective: 'p(95)<1ms' } })

  const server = new ControlServer(
    aggregator as unknown as Aggregator,
    extensions as unknown as Extensions,
    `offloop:waiting:${process.pid}`,
  )
  server.start(port2)
  onTestFinished(async () => {
    await remote.close()
    ports.close()
    reader.close()
    port1.close()
    port2.close()
  })
  expect(said).toEqual([])
  server.takeWaiting(port2)
  expect(said).toEqual(['open-bus', 'flush', 'add-slo'])
  expect(await flushed).toEqual({ value: { lost: 0 } })
  expect(await remote.flush()).toEqual({ value: { lost: 0 } })
  expect(said).toEqual(['open-bus', 'flush', 'add-slo', 'flush'])
})
