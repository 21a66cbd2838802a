/** What comes on a bus port may be anything, and so may a reader's credits: nothing is thrown in the listening thread, and
 *  no reader makes the aggregator keep frames for it without end. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import fc from 'fast-check'
import { pack } from 'msgpackr'
import { connectBus } from 'offloop'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { BUS_FRAMES_MAX, createCredits } from '../../../src/shared/bus-frame.ts'
import { Bus } from '../../../src/worker/bus.ts'
import { HOSTILE_WORDS } from './hostile-values.ts'

const frame = (count: number) => pack({ topic: 'perf.bus_dropped', payload: { count, timestamp: 0 } })

describe('a reader', () => {
  function connected({ hello = true } = {}) {
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port2.close())
    const onListenerError = vi.fn()
    const credits = createCredits()
    // What an aggregator sends on: the port above brings one for each aggregator.
    const frames = new MessageChannel()
    onTestFinished(() => frames.port2.close())
    if (hello) port2.postMessage({ type: 'offloop-bus', port: frames.port1, credits }, [frames.port1])
    const reader = connectBus(port1, onListenerError)
    const counts: number[] = []
    let onCount = () => {}
    reader.on('perf.bus_dropped', ({ count }) => {
      counts.push(count)
      onCount()
    })
    const nextEvent = () =>
      new Promise<void>(resolve => {
        onCount = resolve
        frames.port2.postMessage(frame(1))
      })
    return {
      reader,
      hellos: port2,
      port: frames.port2,
      credits: new Int32Array(credits),
      counts,
      nextEvent,
      onListenerError,
    }
  }

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'perf.slo_violation'],
    ['an object', { topic: 'perf.bus_dropped', payload: { count: 7 } }],
    ['a hello without credits', { type: 'offloop-bus' }],
    ['a hello with a length for credits', { type: 'offloop-bus', credits: 2 ** 33 }],
    ['a hello with credits of no length', { type: 'offloop-bus', credits: new SharedArrayBuffer(0) }],
    ['a second hello', { type: 'offloop-bus', credits: new SharedArrayBuffer(4) }],
    ['no bytes', new Uint8Array(0)],
    ['bytes of nothing', new Uint8Array([0xc1])],
    ['an array that says it is longer than memory', new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])],
    ['a map that says it is longer than memory', new Uint8Array([0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61])],
    ['a text that says it is longer than memory', new Uint8Array([0xdb, 0xff, 0xff, 0xff, 0xff])],
    ['10,000 arrays in one another', new Uint8Array(10_000).fill(0x91)],
    ['an extension', new Uint8Array([0xc7, 0x04, 0x72, 1, 2, 3, 4])],
    ['a frame that is null', pack(null)],
    ['a frame of another topic', pack({ topic: 'constructor', payload: {} })],
    ['a frame whose topic is an object', pack({ topic: { toString: 1 }, payload: {} })],
    ['a frame without a payload', pack({ topic: 'perf.bus_dropped' })],
    ['a frame whose payload is a text', pack({ topic: 'perf.bus_dropped', payload: 'x' })],
  ])('that gets %s counts it as foreign, and hears the next event', async (_, message) => {
    const { reader, port, counts, nextEvent, onListenerError } = connected()
    port.postMessage(message)
    await nextEvent()
    expect([counts, reader.foreignCount]).toEqual([[1], 1])
    expect(onListenerError).not.toHaveBeenCalled()
  })

  test('that gets bytes at random throws nothing', async () => {
    const { reader, port, nextEvent, counts } = connected()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        port.postMessage(bytes)
      }),
      { numRuns: 500 },
    )
    await nextEvent()
    expect(counts.at(-1)).toBe(1)
    expect(reader.foreignCount).toBeGreaterThan(400)
  })

  test('on a port that is no bus hears nothing and harms nobody', async () => {
    const { reader, hellos, counts } = connected({ hello: false })
    for (const message of [null, { type: 'job', id: 7 }, 'x']) hellos.postMessage(message)
    await vi.waitFor(() => expect(reader.foreignCount).toBe(3))
    await reader.close()
    expect(counts).toEqual([])
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['a frame', frame(7)],
    ['a hello without a port', { type: 'offloop-bus', credits: createCredits() }],
    ['a hello with an object for a port', { type: 'offloop-bus', port: {}, credits: createCredits() }],
    ['a hello with a length for credits', { type: 'offloop-bus', port: {}, credits: 4 }],
  ])('that is told of another aggregator by %s stays with the one it has', async (_, message) => {
    const { reader, hellos, counts, nextEvent } = connected()
    hellos.postMessage(message)
    await vi.waitFor(() => expect(reader.foreignCount).toBe(1))
    await nextEvent()
    expect(counts).toEqual([1])
  })

  test('takes what was no event off its credits all the same: the sender must not wait for it', async () => {
    const { port, credits, nextEvent } = connected()
    port.postMessage(new Uint8Array([0xc1]))
    await nextEvent()
    expect(credits[0]).toBe(2)
  })

  test.each([undefined, null, {}, 'port', 7, { on() {}, postMessage() {} }])(
    'is refused %o for a port',
    port => {
      expect(() => connectBus(port as never)).toThrow(
        expect.objectContaining({
          code: 'OFFLOOP_OPTION',
          message: expect.stringContaining('telemetry.openBus()'),
        }),
      )
    },
  )
})

describe('the sender', () => {
  function sent(credits: number, eventCount: number) {
    const bus = new Bus(() => 0)
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port1.close())
    const buffer = createCredits()
    bus.add(port2, buffer)
    const words = new Int32Array(buffer)
    let frameCount = 0
    for (let event = 0; event < eventCount; event++) {
      words[0] = credits
      bus.publish('perf.bus_dropped', { count: event, timestamp: 0 })
    }
    while (receiveMessageOnPort(port1) !== undefined) frameCount++
    return { frameCount, bus }
  }

  test.each(HOSTILE_WORDS)(
    'keeps a bounded number of frames for a reader that claims to have taken %d',
    credits => {
      const { frameCount, bus } = sent(credits, 10 * BUS_FRAMES_MAX)
      expect(frameCount).toBeLessThanOrEqual(2 * BUS_FRAMES_MAX + 64)
      expect(frameCount + bus.droppedCount).toBe(10 * BUS_FRAMES_MAX)
    },
  )

  test('goes on with readers of an aggregator before it, whose frames are still on their way', () => {
    const bus = new Bus(() => 0)
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port1.close())
    const buffer = createCredits()
    const words = new Int32Array(buffer)
    words[0] = 5_000
    bus.add(port2, buffer)
    // Frames of the one before are taken while this one sends.
    words[0] = 5_000 + BUS_FRAMES_MAX
    bus.publish('perf.bus_dropped', { count: 1, timestamp: 0 })
    expect([receiveMessageOnPort(port1) !== undefined, bus.droppedCount]).toEqual([true, 0])
  })
})
