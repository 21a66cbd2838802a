/** Sends events to every reader of the bus. Aggregator thread; never waits for a reader. */
import type { MessagePort } from 'node:worker_threads'
import { Packr } from 'msgpackr/pack'
import { BUS_FRAMES_MAX } from '../shared/bus-frame.ts'
import type { Topic, TopicPayloads } from '../shared/topics.ts'

interface Reader {
  readonly port: MessagePort
  /** What the reader has taken; see createCredits. */
  readonly credits: Int32Array
  sentCount: number
  droppedCount: number
}

/** The violation channel's sending end. A reader that falls behind misses events, and is told how many. */
export class Bus {
  readonly #readers = new Set<Reader>()
  readonly #packr = new Packr({ useRecords: false })
  readonly #timestamp: () => number
  /** Events that some reader missed. */
  droppedCount = 0

  constructor(timestamp: () => number) {
    this.#timestamp = timestamp
  }

  add(port: MessagePort, credits: SharedArrayBuffer): void {
    const words = new Int32Array(credits)
    const reader: Reader = {
      port,
      credits: words,
      // A new aggregator goes on with the readers of the one before it.
      sentCount: Atomics.load(words, 0),
      droppedCount: 0,
    }
    this.#readers.add(reader)
    port.once('close', () => this.#readers.delete(reader))
  }

  get hasReaders(): boolean {
    return this.#readers.size > 0
  }

  /** @param number of an event that may be sent again, by another aggregator: higher than any before it */
  publish<T extends Topic>(topic: T, payload: TopicPayloads[T], number?: number): void {
    if (this.#readers.size === 0) return
    const frame = this.#frame(topic, payload, number)
    for (const reader of this.#readers) this.#send(reader, frame)
  }

  /** Tells readers that have caught up what they missed. */
  reportDropped(): void {
    for (const reader of this.#readers) {
      if (reader.droppedCount === 0 || !hasRoom(reader)) continue
      const count = reader.droppedCount
      reader.droppedCount = 0
      this.#send(reader, this.#frame('perf.bus_dropped', { count, timestamp: this.#timestamp() }))
    }
  }

  close(): void {
    this.reportDropped()
    for (const { port } of this.#readers) port.close()
    this.#readers.clear()
  }

  #send(reader: Reader, frame: Uint8Array): void {
    if (hasRoom(reader)) {
      reader.sentCount = (reader.sentCount + 1) | 0
      reader.port.postMessage(frame)
    } else {
      reader.droppedCount++
      this.droppedCount++
    }
  }

  /** A copy of its own: a view into the packer's pool would take the whole pool along. */
  #frame<T extends Topic>(topic: T, payload: TopicPayloads[T], number?: number): Uint8Array {
    return new Uint8Array(
      this.#packr.pack(number === undefined ? { topic, payload } : { topic, payload, number }),
    )
  }
}

/** A reader that claims to have taken what was never sent gets nothing, and is not waited for. Somewhat ahead it may be:
 *  by frames that an aggregator before this one has sent. */
function hasRoom(reader: Reader): boolean {
  const behindCount = (reader.sentCount - Atomics.load(reader.credits, 0)) | 0
  return behindCount < BUS_FRAMES_MAX && behindCount >= -BUS_FRAMES_MAX
}
