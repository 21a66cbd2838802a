/** Says that a lane was set aside because its memory made no sense: on the bus, or on the log when nobody listens.
 *  Aggregator thread. */
import { type Clock, timestampOf } from '../shared/clock.ts'
import { createLimitedLog, type Log, reasonOf } from '../shared/limited-log.ts'
import type { Bus } from './bus.ts'

export class CorruptionReports {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #log: Log

  constructor(bus: Bus, clock: Clock, log: Log) {
    this.#bus = bus
    this.#clock = clock
    this.#log = createLimitedLog(log, clock)
  }

  /** To be called once for each lane. */
  report(laneId: number, threadId: number, error: unknown): void {
    const reason = reasonOf(error)
    const timestamp = timestampOf(this.#clock)
    this.#bus.publish('perf.lane_corrupt', { laneId, threadId, reason, timestamp })
    if (this.#bus.hasReaders) return
    this.#log(
      `offloop: gave up lane ${laneId} of thread ${threadId}, whose memory makes no sense (${reason}): what that thread ` +
        'records from now on is lost; look for what else writes into shared memory there',
    )
  }
}
