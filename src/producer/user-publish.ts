/** Hands every event of the bus to the `publish` option, guarded. Creating thread. */
import { type ClockOrigin, createClock } from '../shared/clock.ts'
import { createGuardedPublish, type GuardedPublish } from '../shared/guarded-publish.ts'
import { type Publish, TOPICS } from '../shared/topics.ts'
import type { BusReader } from './bus-reader.ts'

const PUBLISH_TIMEOUT_MS = 1_000

export class UserPublish {
  readonly #guarded: GuardedPublish
  #bus: BusReader | undefined

  constructor(publish: Publish, origin: ClockOrigin, log: (line: string) => void) {
    this.#guarded = createGuardedPublish(publish, {
      timeoutMs: PUBLISH_TIMEOUT_MS,
      log,
      timers: { setTimeout, clearTimeout: handle => clearTimeout(handle as NodeJS.Timeout) },
      clock: createClock(origin),
    })
  }

  get failures(): number {
    return this.#guarded.failures
  }

  get timeouts(): number {
    return this.#guarded.timeouts
  }

  listen(bus: BusReader): void {
    this.#bus = bus
    for (const topic of TOPICS) bus.on(topic, event => this.#guarded.publish(topic, event))
  }

  /** Hands over what has arrived, and waits for the answers: a second at most. */
  async close(): Promise<void> {
    await this.#bus?.close()
    await this.#guarded.settled()
  }
}
