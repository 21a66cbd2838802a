/** How it is sent. */
import { expect, test } from 'vitest'
import { createSender } from '../../../src/exporters/remote-write/attempt.ts'
import { Collector } from '../../../src/exporters/remote-write/collector.ts'
import { remoteWrite } from '../../../src/prometheus/index.ts'
import type { RemoteWriteSettings } from '../../../src/shared/extension/remote-write-settings.ts'
import { hostForTest } from '../../support/extension-host.ts'
import { startTcp } from './receiver.ts'
import { startRemoteWrite } from './started.ts'

const timeMs = 0

test('work is done in stretches, with pauses for the aggregator in between', async () => {
  const { host, registry } = hostForTest()
  const metric = registry.register({ kind: 'counter', name: 'meals', labelNames: ['id'] })
  for (let id = 0; id < 500; id++) metric.series([String(id)]).increment(1, timeMs)
  let nowMs = 1_000
  let pauseCount = 0
  const { options } = remoteWrite({ url: 'http://127.0.0.1:9/' })
  const collector = new Collector(
    {
      ...host,
      // Each look at the clock finds it a fifth of a millisecond later.
      now: () => {
        nowMs += 0.2
        return nowMs
      },
      pause: () => {
        pauseCount += 1
        return Promise.resolve()
      },
    },
    options as RemoteWriteSettings,
    false,
  )
  await collector.collect()
  expect(pauseCount).toBeGreaterThan(50)
})

test('to an https address it speaks TLS', async () => {
  const bytes: Buffer[] = []
  const url = await startTcp(socket => {
    socket.once('data', chunk => {
      bytes.push(chunk)
      socket.destroy()
    })
  })
  const { extension } = startRemoteWrite({ url: url.replace('http:', 'https:'), timeoutMs: 300 })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  // A handshake record.
  expect(bytes[0]![0]).toBe(0x16)
})

test('what Node does not take is refused like what a store does not take, and nothing is thrown', async () => {
  const sender = createSender(new URL('http://shop:50%off@127.0.0.1:9/'), {}, 1_000, Date.now)
  const outcome = await sender.send(new Uint8Array(1), new AbortController().signal)
  expect(outcome).toEqual({
    kind: 'refused',
    reason: 'rejected',
    detail: 'it cannot be sent: URI malformed',
  })
  sender.close()
})
