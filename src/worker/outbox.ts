/** Events of a check, saved before they are sent. Aggregator thread.
 *
 *  Whoever dies between saving and sending has told nobody, and whoever dies after it has: a successor cannot know which,
 *  and sends them again. Each has a number, by which a reader knows those it has had. */
import type { Publish, Topic, TopicPayloads } from '../shared/topics.ts'

export interface OutgoingEvent<T extends Topic = Topic> {
  readonly number: number
  readonly topic: T
  readonly payload: TopicPayloads[T]
}

export type Send = <T extends Topic>(topic: T, payload: TopicPayloads[T], number?: number) => void

/** Numbers of one aggregator's events: its successor's are above them all. */
const NUMBERS_PER_AGGREGATOR = 2 ** 32

export class Outbox {
  readonly #send: Send
  readonly #save: () => void
  #unsent: OutgoingEvent[]
  #nextNumber: number
  /** Changes with `unsent`. */
  revision = 0

  /** @param generation of this aggregator: each has a higher one than those before it
   *  @param save saves `unsent`, and what the check has brought about, now
   *  @param left what a predecessor had in its outbox when it last saved */
  constructor(generation: number, send: Send, save: () => void, left: readonly OutgoingEvent[] = []) {
    this.#nextNumber = generation * NUMBERS_PER_AGGREGATOR
    this.#send = send
    this.#save = save
    this.#unsent = [...left]
  }

  /** Events that may not have been sent. */
  get unsent(): readonly OutgoingEvent[] {
    return this.#unsent
  }

  /** Sends what a predecessor may not have sent. */
  resend(): void {
    for (const { topic, payload, number } of this.#unsent) this.#send(topic, payload, number)
    this.#empty()
  }

  /** Saves the events of a check, which are about to be published in this order. */
  announce(events: readonly Omit<OutgoingEvent, 'number'>[]): void {
    if (events.length === 0) return
    this.#unsent = events.map(event => ({ ...event, number: this.#nextNumber++ }))
    this.revision += 1
    this.#save()
    queueMicrotask(() => {
      this.#empty()
      this.#save()
    })
  }

  /** Sends an event, under its number if it was announced. */
  readonly publish: Publish = (topic, payload) => {
    const announced = this.#unsent.find(event => event.payload === payload)
    this.#send(topic, payload, announced?.number)
  }

  #empty(): void {
    if (this.#unsent.length === 0) return
    this.#unsent = []
    this.revision += 1
  }
}
