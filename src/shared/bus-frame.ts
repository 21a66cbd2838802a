/** The bus on the wire: one event to a frame, and the flow control that bounds it. */
import type { MessagePort } from 'node:worker_threads'
import { isSharedBuffer } from './memory/shared-buffer.ts'
import { TOPICS, type Topic, type TopicPayloads } from './topics.ts'

/** What a frame holds, packed with msgpackr. */
export interface BusFrame<T extends Topic = Topic> {
  readonly topic: T
  readonly payload: TopicPayloads[T]
  /** Of an event that may come again from the next aggregator: higher than any before it. */
  readonly number?: number
}

/** Frames a reader may be behind before further ones are dropped and counted. */
export const BUS_FRAMES_MAX = 1_024

/** Credits: one word of shared memory in which a reader counts the frames it has taken. Only the reader writes it. */
export function createCredits(): SharedArrayBuffer {
  return new SharedArrayBuffer(4)
}

/** Whether it is bytes, as frames are. Not by `instanceof`: test runners give each file globals of its own. */
export function isPacked(message: unknown): message is Uint8Array {
  return Object.prototype.toString.call(message) === '[object Uint8Array]'
}

/** Whether what was unpacked is a frame. */
export function isBusFrame(frame: unknown): frame is BusFrame {
  if (typeof frame !== 'object' || frame === null) return false
  const { topic, payload, number } = frame as Partial<Record<keyof BusFrame, unknown>>
  const isNumbered = number === undefined || Number.isSafeInteger(number)
  const isKnown = (TOPICS as readonly unknown[]).includes(topic)
  return isKnown && isNumbered && typeof payload === 'object' && payload !== null
}

/** What travels on the port that `openBus()` gives: where frames come from now on, and where the reader counts those it
 *  has taken. One is there from the beginning, and one more for each further aggregator. */
export interface BusHello {
  readonly type: 'offloop-bus'
  readonly port: MessagePort
  readonly credits: SharedArrayBuffer
}

/** Whether what came on a port is the hello of a bus. A port that was mistaken for one carries anything. */
export function isBusHello(message: unknown): message is BusHello {
  if (typeof message !== 'object' || message === null) return false
  const { type, port, credits } = message as Partial<BusHello>
  const isPort = typeof port === 'object' && port !== null && typeof port.on === 'function'
  return type === 'offloop-bus' && isPort && isSharedBuffer(credits) && credits.byteLength === 4
}
