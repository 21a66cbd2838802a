/** Puts a guard around a publish function it does not trust: one that throws, rejects or hangs harms nobody. */
import type { Clock } from './clock.ts'
import { TelemetryError } from './errors.ts'
import { createLimitedLog, type Log, reasonOf } from './limited-log.ts'
import { startBackgroundTimer, type Timers } from './timers.ts'
import type { Publish, Topic, TopicPayloads } from './topics.ts'

/** Events handed over and not yet answered: as many as a metric has series by default, since all may be in breach at
 *  once. Beyond it an event is not handed over, and counts as failed. */
export const PUBLISH_IN_FLIGHT_MAX = 1_024

export interface GuardedPublishOptions {
  /** How long an answer is waited for. */
  readonly timeoutMs: number
  readonly log: Log
  readonly timers: Timers
  readonly clock: Clock
}

export interface GuardedPublish {
  /** Hands the event over. Returns at once and never throws. */
  publish<T extends Topic>(topic: T, payload: TopicPayloads[T]): void
  /** Resolves when every event handed over so far was answered or given up: within `timeoutMs`. Never rejects. */
  settled(): Promise<void>
  /** Events whose publish threw or rejected, or that were not handed over because too many were unanswered. */
  readonly failures: number
  /** Events whose publish did not answer in time. A later answer is ignored. */
  readonly timeouts: number
}

/** @throws TelemetryError OFFLOOP_OPTION when `publish` is no function */
export function createGuardedPublish(publish: Publish, options: GuardedPublishOptions): GuardedPublish {
  if (typeof publish !== 'function') {
    throw new TelemetryError('OFFLOOP_OPTION', { at: 'publish', got: publish, fix: 'give a function' })
  }
  const { timeoutMs, timers } = options
  const log = createLimitedLog(options.log, options.clock)
  const inFlight = new Set<Promise<void>>()
  let failures = 0
  let timeouts = 0

  const fail = (topic: Topic, reason: string) => {
    failures += 1
    log(`offloop: publishing ${topic} failed: ${reason}`)
  }

  /** Resolves with the first of: an answer, a rejection, the time-out. */
  const answered = (topic: Topic, answer: PromiseLike<unknown>) =>
    new Promise<void>(resolve => {
      let isOpen = true
      const close = (settle: () => void) => {
        if (!isOpen) return
        isOpen = false
        timers.clearTimeout(timer)
        settle()
        resolve()
      }
      const timer = startBackgroundTimer(timers, () => close(giveUp), timeoutMs)
      const giveUp = () => {
        timeouts += 1
        log(`offloop: publishing ${topic} was not answered within ${timeoutMs} ms`)
      }
      // Through a promise of our own: a thenable may throw, or answer twice.
      Promise.resolve(answer).then(
        () => close(() => {}),
        reason => close(() => fail(topic, reasonOf(reason))),
      )
    })

  return {
    publish(topic, payload) {
      if (inFlight.size >= PUBLISH_IN_FLIGHT_MAX) {
        fail(topic, `${inFlight.size} events are still unanswered`)
        return
      }
      try {
        const answer = publish(topic, payload)
        if (!isThenable(answer)) return
        const flight = answered(topic, answer)
        inFlight.add(flight)
        flight.then(() => inFlight.delete(flight))
      } catch (thrown) {
        fail(topic, reasonOf(thrown))
      }
    },
    async settled() {
      await Promise.all(inFlight)
    },
    get failures() {
      return failures
    },
    get timeouts() {
      return timeouts
    },
  }
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function'
  )
}
