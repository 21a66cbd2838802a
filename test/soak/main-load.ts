/** What the main thread does in a round: bursts and idle stretches, marks, labels, overload, statistics read back. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Counter, Gauge, LabelledMetric, Latency, Telemetry } from 'offloop'
import type { Accounts } from './accounts.ts'
import {
  HITS,
  LEVEL,
  MARK,
  OVERLOAD,
  REQUEST,
  SERIES_MAX,
  SESSION,
  SHARE_INCREMENT,
  SHARES,
} from './metrics.ts'
import type { Random } from './random.ts'

const ROUTES = ['home', 'search', 'cart', 'pay', 'help'] as const
const BURST_MAX = 1_000
const VALUE_MAX = 200
const IDLE_MS_MAX = 15
const LONG_IDLE_MS = 250
const LONG_IDLE_SHARE = 0.02
/** Lanes' worth of samples at one go. */
const OVERLOAD_LANES = 4

export class MainLoad {
  /** Samples that took the trip through the lane. */
  laneCount = 0
  readonly #accounts: Accounts
  readonly #random: Random
  readonly #laneCapacity: number
  readonly #requests: readonly Latency[]
  readonly #sessions: LabelledMetric<Latency, 'session'>
  readonly #mark: Latency
  readonly #level: Gauge
  readonly #overload: Latency
  readonly #hits: Counter
  readonly #shares: Counter
  #sessionCount = 0

  constructor(telemetry: Telemetry, accounts: Accounts, random: Random, laneCapacity: number) {
    this.#accounts = accounts
    this.#random = random
    this.#laneCapacity = laneCapacity
    const requests = telemetry.latency(REQUEST, { unit: 'ms', labelNames: ['route'] })
    this.#requests = ROUTES.map(route => requests.labels({ route }))
    this.#sessions = telemetry.latency(SESSION, { unit: 'ms', labelNames: ['session'] })
    this.#mark = telemetry.latency(MARK, { unit: 'us' })
    this.#level = telemetry.gauge(LEVEL)
    this.#overload = telemetry.latency(OVERLOAD, { unit: 'ms' })
    this.#hits = telemetry.counter(HITS)
    this.#shares = telemetry.counter(SHARES)
  }

  /** One round: about so long. */
  async run(roundMs: number, overloadsAtMs: number): Promise<void> {
    const startMs = performance.now()
    let isOverloaded = false
    for (let elapsedMs = 0; elapsedMs < roundMs; elapsedMs = performance.now() - startMs) {
      this.#burst()
      if (!isOverloaded && elapsedMs >= overloadsAtMs) {
        this.#fillLane()
        isOverloaded = true
      }
      this.#requests[0]!.stats()
      const isLong = this.#random.isBelow(LONG_IDLE_SHARE)
      await sleep(isLong ? LONG_IDLE_MS : this.#random.whole(0, IDLE_MS_MAX))
    }
  }

  #burst(): void {
    const count = this.#random.whole(1, BURST_MAX)
    let requestSum = 0
    for (let sample = 0; sample < count; sample++) {
      const value = this.#random.whole(1, VALUE_MAX)
      requestSum += value
      this.#requests[sample % ROUTES.length]!.record(value)
      this.#hits.add(1)
    }
    const session = this.#sessions.labels({ session: `${this.#nextSession()}` })
    session.record(count)
    const mark = this.#mark.markStart()
    this.#level.set(count)
    this.#mark.markEnd(mark)
    this.#shares.add(SHARE_INCREMENT)
    this.#accounts.add(REQUEST, count, requestSum)
    this.#accounts.add(HITS, count, count)
    this.#accounts.add(SESSION, 1, count)
    this.#accounts.add(LEVEL, 1, count)
    // How long that took is anybody's guess.
    this.#accounts.addRange(MARK, { count: 1, sum: 0 }, { count: 1, sum: Number.POSITIVE_INFINITY })
    this.#accounts.add(SHARES, SHARE_INCREMENT, SHARE_INCREMENT)
    this.laneCount += count + 4
  }

  /** Sessions come one after the other, a fifth more than there may be series; from then on they come again. */
  #nextSession(): number {
    const end = Math.ceil(SERIES_MAX * 1.2)
    return this.#sessionCount < end ? this.#sessionCount++ : this.#random.whole(0, end - 1)
  }

  #fillLane(): void {
    const count = this.#laneCapacity * OVERLOAD_LANES
    for (let sample = 0; sample < count; sample++) this.#overload.record(1)
    this.#accounts.add(OVERLOAD, count, count)
    this.laneCount += count
  }
}
