/** What comes on control ports and channels may be anything: only calls of the methods that are offered there have an
 *  effect, everything else is counted. */
import { BroadcastChannel, MessageChannel } from 'node:worker_threads'
import { wrap } from 'comlink'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type ControlEndpoint, toComlink } from '../../../src/shared/comlink-endpoint.ts'
import type { AggregatorControl } from '../../../src/shared/control-api.ts'
import { createDirectory } from '../../../src/shared/memory/directory.ts'
import { createLane } from '../../../src/shared/memory/lane-layout.ts'
import type { Aggregator } from '../../../src/worker/aggregator.ts'
import { isCall } from '../../../src/worker/call-filter.ts'
import { ControlServer } from '../../../src/worker/control.ts'
import { isCreatorMessage } from '../../../src/worker/creator-message-check.ts'
import type { Extensions } from '../../../src/worker/extensions.ts'

const METHODS = ['hello', 'query', 'snapshot', 'flush']
const call = (over: object = {}) => ({ id: 'a-1', type: 'APPLY', path: ['flush'], argumentList: [], ...over })
const raw = (value: unknown) => ({ type: 'RAW', value })

const NO_CALLS: [string, unknown][] = [
  ['null', null],
  ['undefined', undefined],
  ['0', 0],
  ['a text', 'flush'],
  ['an empty object', {}],
  ['an array', [call()]],
  ['no id', call({ id: undefined })],
  ['an id that is an object', call({ id: {} })],
  ['an id of a megabyte', call({ id: 'x'.repeat(2 ** 20) })],
  ['reading a property', call({ type: 'GET' })],
  ['setting a property', call({ type: 'SET', value: raw(1) })],
  ['constructing', call({ type: 'CONSTRUCT' })],
  ['asking for another port', call({ type: 'ENDPOINT', path: [] })],
  ['a type nobody knows', call({ type: 'toString' })],
  ['no path', call({ path: undefined })],
  ['a path that is a text', call({ path: 'flush' })],
  ['an empty path', call({ path: [] })],
  ['a path to the constructor', call({ path: ['constructor'] })],
  ['a path to the function constructor', call({ path: ['flush', 'constructor'] })],
  ['a path to the prototype', call({ path: ['__proto__'] })],
  ['a method every object has', call({ path: ['hasOwnProperty'] })],
  ['a path that is an object', call({ path: [{ toString: 1 }] })],
  ['a method that is not offered here', call({ path: ['close'] })],
  ['no arguments at all', call({ argumentList: undefined })],
  ['arguments that are null', call({ argumentList: [null] })],
  ['too many arguments', call({ argumentList: [raw(1)] })],
  [
    'an argument that opens a port',
    call({ path: ['query'], argumentList: [{ type: 'HANDLER', name: 'proxy' }] }),
  ],
  [
    'an argument that throws',
    call({ path: ['query'], argumentList: [{ type: 'HANDLER', name: 'throw', value: {} }] }),
  ],
  ['an argument that is not wrapped', call({ path: ['query'], argumentList: ['echo'] })],
  ['a name that is no text', call({ path: ['query'], argumentList: [raw({ toString: 1 })] })],
  ['a name of a megabyte', call({ path: ['query'], argumentList: [raw('x'.repeat(2 ** 20))] })],
  ['options that are null', call({ path: ['query'], argumentList: [raw('echo'), raw(null)] })],
  ['options that are a text', call({ path: ['query'], argumentList: [raw('echo'), raw('5m')] })],
]

describe('isCall', () => {
  test.each(NO_CALLS)('%s is no call', (_, message) => {
    expect(isCall(message, METHODS)).toBe(false)
  })

  test('what comlink sends is', () => {
    expect(isCall(call(), METHODS)).toBe(true)
    expect(isCall(call({ path: ['query'], argumentList: [raw('echo'), raw({})] }), METHODS)).toBe(true)
    expect(isCall(call({ path: ['close'] }), [...METHODS, 'close'])).toBe(true)
  })

  test('nothing at random is', () => {
    fc.assert(fc.property(fc.anything(), message => !isCall(message, METHODS)))
  })
})

const NO_ORDERS: [string, unknown][] = [
  ['no SLO', { type: 'add-slo', sloId: 1 }],
  ['an SLO that is null', { type: 'add-slo', sloId: 1, definition: null }],
  ['no SLO id', { type: 'add-slo', definition: {} }],
  ['an SLO id that is an object', { type: 'remove-slo', sloId: {} }],
  ['a bus without a port', { type: 'open-bus', credits: new SharedArrayBuffer(4) }],
  [
    'a bus port that is none',
    { type: 'open-bus', port: { postMessage: 1 }, credits: new SharedArrayBuffer(4) },
  ],
]

test.each(NO_ORDERS)('%s is no order', (_, message) => {
  expect(isCreatorMessage(message)).toBe(false)
})

test.each([
  undefined,
  null,
  4e9,
  [0],
  new ArrayBuffer(4),
  new SharedArrayBuffer(0),
  new SharedArrayBuffer(2 ** 20),
])('credits that are %o open no bus', credits => {
  const { port1 } = new MessageChannel()
  onTestFinished(() => port1.close())
  expect(isCreatorMessage({ type: 'open-bus', port: port1, credits })).toBe(false)
})

describe('the server', () => {
  let serverCount = 0

  function served() {
    const aggregator = {
      refusedCount: 0,
      query: vi.fn(() => 'reading'),
      snapshot: vi.fn(() => 'snapshot'),
      flush: vi.fn(() => ({ lost: 0 })),
      close: vi.fn(() => ({ lost: 0 })),
      adopt: vi.fn(),
      addSlo: vi.fn((_, { metric }) => {
        if (metric === 'throws') throw new Error('boom')
      }),
      removeSlo: vi.fn(),
      openBus: vi.fn(),
    }
    const extensions = {
      info: async () => ({ url: 'http://127.0.0.1:1' }),
      scrape: vi.fn(async () => ({ contentType: 'text/plain', body: '' })),
      push: vi.fn(async () => {}),
      close: vi.fn(async () => {}),
    }
    const id = `offloop:hostile:${process.pid}:${serverCount++}`
    const server = new ControlServer(
      aggregator as unknown as Aggregator,
      extensions as unknown as Extensions,
      id,
    )
    const { port1, port2 } = new MessageChannel()
    server.start(port2)
    const remote = wrap<AggregatorControl>(toComlink(port1 as unknown as ControlEndpoint))
    // Ends what the server listens to.
    onTestFinished(async () => {
      await remote.close()
      port1.close()
      port2.close()
    })
    return { aggregator, id, server, port: port1, remote }
  }

  test('ignores what is no call on its port, counts it, and answers the next one', async () => {
    const { aggregator, port, remote } = served()
    const messages = [...NO_CALLS, ...NO_ORDERS]
      .map(([, message]) => message)
      .filter(message => !isCall(message, [...METHODS, 'close']))
    for (const message of messages) port.postMessage(message)
    expect(await remote.flush()).toEqual({ value: { lost: 0 } })
    expect(aggregator.refusedCount).toBe(messages.length)
    expect(aggregator.close).not.toHaveBeenCalled()
  })

  test('ignores whatever can be cloned, and answers the next call', async () => {
    const { aggregator, port, remote } = served()
    let postedCount = 0
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true, withTypedArray: true }),
        message => {
          try {
            port.postMessage(message)
            postedCount++
          } catch {
            // It cannot be cloned, so it cannot come.
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(await remote.hello()).toEqual({ value: { url: 'http://127.0.0.1:1' } })
    expect(aggregator.refusedCount).toBe(postedCount)
    expect(postedCount).toBeGreaterThan(100)
  })

  test('survives an order that cannot be carried out', async () => {
    const { aggregator, port, remote } = served()
    port.postMessage({ type: 'add-slo', sloId: 1, definition: { metric: 'throws' } })
    expect(await remote.hello()).toEqual({ value: { url: 'http://127.0.0.1:1' } })
    expect([aggregator.addSlo.mock.calls.length, aggregator.refusedCount]).toEqual([1, 1])
  })

  test('takes what is no announcement for none, and counts it', () => {
    const { aggregator, id, server } = served()
    const messages = [
      null,
      undefined,
      7,
      'lane',
      {},
      { type: 'lane' },
      { type: 'lane', lane: 1e9, directory: 1e9 },
      { type: 'control' },
      { type: 'control', channel: id },
      { type: 'control', channel: 'somebody else’s' },
      { type: 'control', channel: `${id}:` },
      { type: 'control', channel: `${id}:1/../2` },
      { type: 'control', channel: { startsWith: 1 } },
    ]
    for (const message of messages) server.receive(message)
    expect(aggregator.refusedCount).toBe(messages.length)
    expect(aggregator.adopt).not.toHaveBeenCalled()
    const { buffer: lane } = createLane({ capacity: 16, laneId: 0, threadId: 0 })
    server.receive({ type: 'lane', lane, directory: createDirectory() })
    expect(aggregator.adopt).toHaveBeenCalledTimes(1)
  })

  test('does not let an attached thread close the telemetry, nor silence the channel of another', async () => {
    const { aggregator, id, server } = served()
    server.receive({ type: 'control', channel: `${id}:1` })
    const [hostile, good] = [new BroadcastChannel(`${id}:1`), new BroadcastChannel(`${id}:1`)]
    onTestFinished(() => {
      for (const channel of [hostile, good]) channel.close()
    })
    for (const message of [
      null,
      call({ path: ['close'] }),
      call({ type: 'RELEASE', path: [] }),
      call({ type: 'GET' }),
    ]) {
      hostile.postMessage(message)
    }
    const remote = wrap<AggregatorControl>(toComlink(good as unknown as ControlEndpoint))
    expect(await remote.flush()).toEqual({ value: { lost: 0 } })
    expect(aggregator.close).not.toHaveBeenCalled()
    // Letting go is what every client does: it is no offence, and has no effect.
    expect(aggregator.refusedCount).toBe(3)
  })

  test('keeps a bounded number of channels open, whatever is asked for', async () => {
    const { aggregator, id, server } = served()
    for (let laneId = 0; laneId < 3_000; laneId++)
      server.receive({ type: 'control', channel: `${id}:${laneId}` })
    const channel = new BroadcastChannel(`${id}:2999`)
    onTestFinished(() => channel.close())
    const remote = wrap<AggregatorControl>(toComlink(channel as unknown as ControlEndpoint))
    expect(await remote.hello()).toEqual({ value: { url: 'http://127.0.0.1:1' } })
    expect(aggregator.refusedCount).toBe(0)
  })
})
