/** Receives events from the aggregator on a bus port, on any thread, and hands them to listeners. */
import { MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { isBusFrame, isBusHello, isPacked } from '../shared/bus-frame.ts'
import { TelemetryError } from '../shared/errors.ts'
import { reasonOf } from '../shared/limited-log.ts'
import { TOPICS, type Topic, type TopicPayloads } from '../shared/topics.ts'

export type Listener<T extends Topic> = (event: TopicPayloads[T]) => void

/** Frames of one aggregator. */
interface Source {
  readonly port: MessagePort
  readonly credits: Int32Array
}

/** The receiving end of the bus. Frames come on a port to the aggregator, and when that has died on a port to the next:
 *  the port this reader is made of brings them. Listeners run one after the other; one that throws or rejects is reported
 *  and harms no other. */
export class BusReader {
  readonly #port: MessagePort
  readonly #onListenerError: (topic: Topic, error: unknown) => void
  readonly #listeners = new Map<Topic, Set<Listener<Topic>>>()
  #source: Source | undefined
  #isHolding = true
  #unpack: ((frame: Uint8Array) => unknown) | undefined
  #foreignCount = 0
  #latestNumber = Number.NEGATIVE_INFINITY
  /** Frames that came before the decoder was loaded. */
  #waiting: { frame: Uint8Array; credits: Int32Array }[] = []

  /** @internal Use `connectBus(port)`. */
  constructor(port: MessagePort, onListenerError: (topic: Topic, error: unknown) => void) {
    this.#port = port
    this.#onListenerError = onListenerError
    port.on('message', (message: unknown) => this.#follow(message))
  }

  /** Calls back for each event of a topic.
   *  @returns takes the listener back.
   *  @throws TelemetryError OFFLOOP_TOPIC, OFFLOOP_OPTION */
  on<T extends Topic>(topic: T, listener: Listener<T>): () => void {
    checkTopic(topic)
    checkFunction(listener, `on('${topic}')`)
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners)
    // A listener added twice is called twice, and taken back one at a time.
    const own: Listener<Topic> = event => listener(event as TopicPayloads[T])
    listeners.add(own)
    return () => {
      listeners.delete(own)
    }
  }

  /** Messages that were no events: the port was not one that `telemetry.openBus()` gave, or others write to it, too. */
  get foreignCount(): number {
    return this.#foreignCount
  }

  get listenerCount(): number {
    let count = 0
    for (const listeners of this.#listeners.values()) count += listeners.size
    return count
  }

  /** Whether an open bus keeps the thread alive. It does, unless told otherwise. */
  ref(): this {
    this.#isHolding = true
    this.#port.ref()
    this.#source?.port.ref()
    return this
  }

  unref(): this {
    this.#isHolding = false
    this.#port.unref()
    this.#source?.port.unref()
    return this
  }

  /** Takes what has arrived, then closes the port. */
  async close(): Promise<void> {
    for (const hello of arrived(this.#port)) this.#follow(hello)
    this.#endSource()
    this.#port.close()
    if (this.#waiting.length > 0) await this.#load()
  }

  #follow(hello: unknown): void {
    if (!isBusHello(hello)) {
      this.#foreignCount++
      return
    }
    // What the aggregator before has sent comes first.
    this.#endSource()
    const { port } = hello
    const credits = new Int32Array(hello.credits)
    this.#source = { port, credits }
    port.on('message', (frame: unknown) => this.#receive(frame, credits))
    if (!this.#isHolding) port.unref()
  }

  #endSource(): void {
    if (this.#source === undefined) return
    const { port, credits } = this.#source
    for (const frame of arrived(port)) this.#receive(frame, credits)
    port.close()
    this.#source = undefined
  }

  #receive(frame: unknown, credits: Int32Array): void {
    if (!isPacked(frame)) {
      this.#foreignCount++
      return
    }
    if (this.#unpack !== undefined) {
      this.#deliver(frame, credits)
      return
    }
    this.#waiting.push({ frame, credits })
    if (this.#waiting.length === 1) void this.#load()
  }

  /** The decoder is loaded with the first frame: who never gets an event never pays for it. Where it cannot be loaded,
   *  listeners are told so once, and events count as foreign. Never rejects. */
  async #load(): Promise<void> {
    try {
      const { unpack } = await import('msgpackr/unpack')
      this.#unpack = unpack
    } catch (cause) {
      this.#unpack = () => undefined
      const error = new Error(`its events cannot be decoded: ${reasonOf(cause)}`, { cause })
      for (const topic of this.#listeners.keys()) this.#report(topic, error)
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const { frame, credits } of waiting) this.#deliver(frame, credits)
  }

  #deliver(packed: Uint8Array, credits: Int32Array): void {
    // Taken, whatever becomes of it: a listener that throws must not make this reader look slow.
    Atomics.add(credits, 0, 1)
    const frame = this.#unpacked(packed)
    if (!isBusFrame(frame)) {
      this.#foreignCount++
      return
    }
    const { topic, payload, number = Number.POSITIVE_INFINITY } = frame
    // Sent again by an aggregator that cannot know whether the one before it had sent it.
    if (number <= this.#latestNumber) return
    if (number < Number.POSITIVE_INFINITY) this.#latestNumber = number
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        // An async function passes for a listener, too: its rejection would end the process.
        Promise.resolve<unknown>(listener(payload)).catch(error => this.#report(topic, error))
      } catch (error) {
        this.#report(topic, error)
      }
    }
  }

  #unpacked(packed: Uint8Array): unknown {
    try {
      return this.#unpack!(packed)
    } catch {
      return undefined
    }
  }

  #report(topic: Topic, error: unknown): void {
    try {
      Promise.resolve<unknown>(this.#onListenerError(topic, error)).catch(() => {})
    } catch {
      // A report that throws harms nobody: there is nowhere left to say it.
    }
  }
}

/** Listens to the bus on a port that `telemetry.openBus()` gave, on whichever thread that port was handed to. Events
 *  arrive there also while the thread that created the telemetry is blocked.
 *  @param onListenerError told of each listener that throws or rejects. Default: one line on stderr
 *  @throws TelemetryError OFFLOOP_OPTION
 *  @example
 *  // in a worker thread, with { port } from the main thread
 *  connectBus(port).on('perf.slo_violation', event => page(event)) */
export function connectBus(
  port: MessagePort,
  onListenerError: (topic: Topic, error: unknown) => void = reportListenerError,
): BusReader {
  if (!(port instanceof MessagePort)) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      at: 'connectBus(port)',
      got: port,
      fix: 'give the port that telemetry.openBus() returned',
    })
  }
  checkFunction(onListenerError, 'connectBus(port, onListenerError)')
  return new BusReader(port, onListenerError)
}

/** Takes what waits in a port. */
function* arrived(port: MessagePort): Generator<unknown> {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    yield next.message
  }
}

function reportListenerError(topic: Topic, error: unknown): void {
  console.error(
    `offloop: a listener of ${topic} threw: ${error instanceof Error ? error.stack : String(error)}`,
  )
}

function checkFunction(value: unknown, at: string): void {
  if (typeof value === 'function') return
  throw new TelemetryError('OFFLOOP_OPTION', { at, got: value, fix: 'give a function' })
}

function checkTopic(topic: string): asserts topic is Topic {
  if ((TOPICS as readonly string[]).includes(topic)) return
  throw new TelemetryError('OFFLOOP_TOPIC', { got: topic, fix: `use one of ${TOPICS.join(', ')}` })
}
