/** Says on the bus when lanes lost samples, at most once a second for each thread. Aggregator thread. */
import { type Clock, timestampOf } from '../shared/clock.ts'
import type { Bus } from './bus.ts'
import type { LaneSet } from './lane-set.ts'

const REPORT_INTERVAL_MS = 1_000

export class LossReports {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #reported = new Map<number, number>()
  #reportedAtMs = Number.NEGATIVE_INFINITY

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus
    this.#clock = clock
  }

  reportDue(lanes: LaneSet): void {
    if (this.#clock.nowMs() - this.#reportedAtMs >= REPORT_INTERVAL_MS) this.report(lanes)
  }

  report(lanes: LaneSet): void {
    this.#reportedAtMs = this.#clock.nowMs()
    const seen = new Set<number>()
    for (const { laneId, threadId, droppedCount } of lanes.readers) {
      seen.add(laneId)
      const count = droppedCount - (this.#reported.get(laneId) ?? 0)
      if (count === 0) continue
      this.#reported.set(laneId, droppedCount)
      this.#bus.publish('perf.samples_lost', { threadId, count, timestamp: timestampOf(this.#clock) })
    }
    for (const laneId of this.#reported.keys()) if (!seen.has(laneId)) this.#reported.delete(laneId)
  }
}
