/** Says when lanes lost samples: on the bus, at most once a second for each thread, or on the log when nobody listens.
 *  Aggregator thread. */
import { type Clock, timestampOf } from '../shared/clock.ts'
import { createLimitedLog, type Log } from '../shared/limited-log.ts'
import type { Bus } from './bus.ts'

const REPORT_INTERVAL_MS = 1_000

export class LossReports {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #log: Log
  /** Losses not reported yet. It does not ask the lanes: one that has ended may be gone before its report is due. */
  readonly #lostByThread = new Map<number, number>()
  #reportedAtMs = Number.NEGATIVE_INFINITY

  constructor(bus: Bus, clock: Clock, log: Log) {
    this.#bus = bus
    this.#clock = clock
    this.#log = createLimitedLog(log, clock)
  }

  add(count: number, threadId: number): void {
    this.#lostByThread.set(threadId, (this.#lostByThread.get(threadId) ?? 0) + count)
  }

  reportDue(): void {
    if (this.#clock.nowMs() - this.#reportedAtMs >= REPORT_INTERVAL_MS) this.report()
  }

  report(): void {
    this.#reportedAtMs = this.#clock.nowMs()
    const timestamp = timestampOf(this.#clock)
    for (const [threadId, count] of this.#lostByThread) {
      this.#bus.publish('perf.samples_lost', { threadId, count, timestamp })
      if (this.#bus.hasReaders) continue
      this.#log(
        `offloop: ${count} samples of thread ${threadId} found no place in their lane; raise laneCapacity, or record less`,
      )
    }
    this.#lostByThread.clear()
  }
}
