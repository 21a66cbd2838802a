/** The bus on the wire: one event to a frame, and the flow control that bounds it. */
import type { MessagePort } from 'node:worker_threads'
import { isSharedBuffer } from './memory/shared-buffer.ts'
import type { Topic, TopicPayloads } from './topics.ts'

/** What a frame holds, packed with msgpackr. */
export interface BusFrame<T extends Topic = Topic> {
  readonly topic: T
  readonly payload: TopicPayloads[T]
}

/** Frames a reader may be behind before further ones are dropped and counted. */
export const BUS_FRAMES_MAX = 1_024

/** Credits: one word of shared memory in which a reader counts the frames it has taken. Only the reader writes it. */
export function createCredits(): SharedArrayBuffer {
  return new SharedArrayBuffer(4)
}

/** What travels on the port that `openBus()` gives: where frames come from now on, and where the reader counts those it
 *  has taken. One is there from the beginning, and one more for each further aggregator. */
export interface BusHello {
  readonly type: 'offloop-bus'
  readonly port: MessagePort
  readonly credits: SharedArrayBuffer
}

export function isBusHello(message: unknown): message is BusHello {
  if (typeof message !== 'object' || message === null) return false
  const { type, port, credits } = message as Partial<BusHello>
  return type === 'offloop-bus' && typeof port === 'object' && isSharedBuffer(credits)
}
