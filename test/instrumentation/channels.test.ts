import { channel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import { subscribeAll } from '../../src/instrumentation/channels.ts'
import { measureHttp } from '../../src/instrumentation/http.ts'
import { measuredServers, serverRequestsOf } from '../../src/instrumentation/measured-servers.ts'

const CHANNELS = [
  'http.server.request.start',
  'http.server.response.finish',
  'http.client.request.created',
  'http.client.request.start',
  'http.client.response.finish',
  'http.client.request.error',
  'undici:request:create',
  'undici:request:headers',
  'undici:request:trailers',
  'undici:request:error',
  'fastify.initialization',
]

test('what a subscriber throws reaches nobody, and the next message is heard', async () => {
  const heard: unknown[] = []
  const uncaught: unknown[] = []
  const onUncaught = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', onUncaught)
  const end = subscribeAll({
    'offloop.test': (message: never) => {
      heard.push(message)
      throw new Error('of ours')
    },
  })
  channel('offloop.test').publish('one')
  channel('offloop.test').publish('two')
  end()
  channel('offloop.test').publish('three')
  await new Promise(resolve => setImmediate(resolve))
  process.off('uncaughtException', onUncaught)
  expect([heard, uncaught]).toEqual([['one', 'two'], []])
})

test('messages that nobody expects harm nothing', async () => {
  const telemetry = createTelemetry({ service: 'tested', log: false })
  measureHttp(telemetry, { server: true, client: true })
  const uncaught: unknown[] = []
  const onUncaught = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', onUncaught)
  const messages = [
    undefined,
    null,
    'text',
    {},
    { request: {} },
    { request: null, response: {} },
    { fastify: {} },
  ]
  for (const name of CHANNELS) for (const message of messages) channel(name).publish(message)
  await new Promise(resolve => setImmediate(resolve))
  process.off('uncaughtException', onUncaught)
  expect(uncaught).toEqual([])
  await telemetry.close()
})

test('a telemetry that is closed listens no more, and is kept by nobody', async () => {
  const before = measuredServers.all.size
  const telemetry = createTelemetry({ service: 'tested', log: false })
  measureHttp(telemetry, { server: true, client: true })
  expect(measuredServers.all.has(serverRequestsOf(telemetry))).toBe(true)
  expect(CHANNELS.map(name => channel(name).hasSubscribers)).toEqual(CHANNELS.map(() => true))
  await telemetry.close()
  expect(measuredServers.all.size).toBe(before)
  expect(CHANNELS.filter(name => name !== 'fastify.initialization' && channel(name).hasSubscribers)).toEqual(
    [],
  )
})
