/** One soak run: rounds of load, a reading after each, and what was found. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTelemetry, type Telemetry, type TelemetryOptions, type TelemetrySnapshot } from 'offloop'
import { Accounts, checkLane } from './accounts.ts'
import { AggregatorKills } from './aggregator-kills.ts'
import { Guests } from './guests.ts'
import { MainLoad } from './main-load.ts'
import * as metrics from './metrics.ts'
import type { SoakOptions } from './options.ts'
import { Random } from './random.ts'
import { countFds, garbageCollector, type Reading, readProcess } from './reading.ts'
import { FATES } from './thread-fate.ts'
import type { Findings } from './verdict.ts'

const LANE_CAPACITY = 4_096
const WINDOW_CAPACITY = 1_000
const ROUND_MS_MIN = 1_000
const ROUND_MS_MAX = 5_000
/** So many rounds make a run, if that is long enough. */
const ROUNDS_MIN = 60
const THREADS_MAX = 3
const POOL_SHARE = 0.4
const SETTLE_MS_MAX = 10_000
const SETTLE_POLL_MS = 20
/** Longer than a silent lane is kept. */
const RELEASE_MS_MAX = 20_000
/** An aggregator that dies five times in a minute stays down. */
const KILL_EVERY_MS = 20_000
const FAULTS_MAX = 20
const FATED = { unit: 'ms', labelNames: ['fate'] } as const
const LEAK_BYTES = 2 ** 20
/** Lines that the load brings about on purpose. */
const EXPECTED_LINE =
  /has reached its limit of \d+ series|a check of .* took|^offloop: \d+ samples? of thread/

export class Soak {
  readonly readings: Reading[] = []
  readonly lines: string[] = []
  readonly #options: SoakOptions
  readonly #random: Random
  readonly #accounts = new Accounts()
  readonly #faults: string[] = []
  readonly #collectGarbage = garbageCollector()
  readonly #kills: AggregatorKills | undefined
  readonly #resourcesBefore: readonly string[]
  readonly #fdsBefore: number
  readonly #telemetry: Telemetry
  readonly #load: MainLoad
  readonly #guests: Guests
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 5 })
  readonly #startMs = performance.now()
  readonly #leaked: unknown[] = []
  #lostTold = 0
  #killedAtMs = 0
  #isInterrupted = false

  constructor(options: SoakOptions & { seed: number }) {
    this.#options = options
    this.#random = new Random(options.seed)
    this.#kills = options.withFaults ? new AggregatorKills() : undefined
    this.#resourcesBefore = process.getActiveResourcesInfo()
    this.#fdsBefore = countFds() ?? 0
    this.#telemetry = createTelemetry(this.#telemetryOptions())
    // Losses are told once, on the bus: in the end they have to come to what was lost.
    this.#telemetry.on('perf.samples_lost', ({ count }) => {
      this.#lostTold += count
    })
    for (const name of Object.values(metrics)) {
      if (typeof name === 'string') {
        this.#accounts.open(name, name === metrics.SHARES ? metrics.SHARE_INCREMENT : undefined)
      }
    }
    // Whatever series there will be, sessions apart, are there from the start.
    for (const fate of FATES) this.#telemetry.latency(metrics.THREAD_WORK, FATED).labels({ fate })
    this.#telemetry.counter(metrics.THREAD_HITS)
    this.#telemetry.latency(metrics.THREAD_MARK)
    this.#telemetry.latency(metrics.TASK, { unit: 'ms' })
    this.#telemetry.counter(metrics.TASKS)
    this.#load = new MainLoad(this.#telemetry, this.#accounts, this.#random, LANE_CAPACITY)
    this.#guests = new Guests(this.#telemetry, this.#accounts, this.#random)
    this.#loopDelay.enable()
  }

  get progress() {
    return {
      elapsedMs: performance.now() - this.#startMs,
      durationMs: this.#options.durationMs,
      roundCount: this.readings.length,
      recordedCount: this.#accounts.recordedCount,
      reading: this.readings.at(-1),
    }
  }

  get counts() {
    const { killCount = 0 } = this.#kills ?? {}
    const lost = this.#lostTold
    return {
      recorded: this.#accounts.recordedCount,
      lost,
      ...this.#guests.counts,
      aggregatorKills: killCount,
    }
  }

  /** Ends the run after this round. */
  interrupt(): void {
    this.#isInterrupted = true
  }

  async run(): Promise<Findings> {
    const { durationMs } = this.#options
    const roundMs = Math.min(ROUND_MS_MAX, Math.max(ROUND_MS_MIN, durationMs / ROUNDS_MIN))
    while (!this.#isInterrupted && this.#faults.length === 0 && this.progress.elapsedMs < durationMs) {
      await this.#round(roundMs)
    }
    const lanesLeft = await this.#lanesLeft()
    const { lost } = await this.#telemetry.close()
    if (lost !== this.#lostTold)
      this.#faults.push(`${lost} samples were lost, and ${this.#lostTold} told of on the bus`)
    this.#loopDelay.disable()
    // Ports close in the next turns of the loop.
    await sleep(100)
    const { resourcesLeft, fdsLeft } = this.#left()
    const unexpectedLines = this.lines.filter(line => !EXPECTED_LINE.test(line))
    const faults = this.#faults.slice(0, FAULTS_MAX)
    return { faults, unexpectedLines, lanesLeft, resourcesLeft, fdsLeft, wasInterrupted: this.#isInterrupted }
  }

  /** Everything at once, and then nothing. */
  async #round(roundMs: number): Promise<void> {
    const random = this.#random
    const guests = this.#guests
    this.#loopDelay.reset()
    await Promise.all([
      this.#load.run(roundMs, random.whole(0, roundMs)),
      ...Array.from({ length: random.whole(0, THREADS_MAX) }, () => guests.thread(roundMs)),
      ...(random.isBelow(POOL_SHARE) ? [guests.pool()] : []),
      guests.busReader(roundMs),
      guests.slos(roundMs),
      guests.questions(roundMs),
      ...(this.#isKillDue() ? [this.#kill(roundMs)] : []),
    ])
    const loopDelayMs = this.#loopDelay.percentile(99) / 1e6
    this.#break()
    const snapshot = await this.#settle()
    if (snapshot === undefined) return
    const { elapsedMs } = this.progress
    this.readings.push(readProcess(elapsedMs, snapshot, loopDelayMs, this.#collectGarbage))
  }

  /** Waits until what was recorded has arrived, and says what has not. An announcement may come after the question. */
  async #settle(): Promise<TelemetrySnapshot | undefined> {
    const startMs = performance.now()
    for (;;) {
      const [snapshot, faults] = await this.#check()
      if (faults.length === 0) return snapshot
      if (performance.now() - startMs > SETTLE_MS_MAX) {
        this.#faults.push(...faults)
        return undefined
      }
      await sleep(SETTLE_POLL_MS)
    }
  }

  async #check(): Promise<[TelemetrySnapshot | undefined, string[]]> {
    try {
      const snapshot = await this.#telemetry.snapshot()
      const { laneCount } = this.#load
      const faults = [
        ...this.#accounts.check(snapshot),
        ...checkLane(snapshot, 0, laneCount, laneCount),
        ...this.#guests.faults,
      ]
      return [snapshot, faults]
    } catch (error) {
      const { aggregator, cause } = this.#telemetry.status
      return [
        undefined,
        [
          `no snapshot: ${String(error)} (the aggregator is ${aggregator}${cause === undefined ? '' : `: ${cause}`})`,
        ],
      ]
    }
  }

  /** After all threads have ended, and their lanes had time to be given up. */
  async #lanesLeft(): Promise<number> {
    const startMs = performance.now()
    let laneCount = Number.POSITIVE_INFINITY
    while (laneCount > 1 && performance.now() - startMs < RELEASE_MS_MAX) {
      laneCount = await this.#telemetry.snapshot().then(
        ({ lanes }) => lanes.length,
        () => Number.POSITIVE_INFINITY,
      )
      if (laneCount > 1) await sleep(SETTLE_POLL_MS * 10)
    }
    return laneCount - 1
  }

  #left(): { resourcesLeft: string[]; fdsLeft: number } {
    const before = [...this.#resourcesBefore]
    const resourcesLeft = process.getActiveResourcesInfo().filter(name => {
      const index = before.indexOf(name)
      if (index >= 0) before.splice(index, 1)
      return index < 0
    })
    return { resourcesLeft, fdsLeft: Math.max(0, (countFds() ?? 0) - this.#fdsBefore) }
  }

  #isKillDue(): boolean {
    return this.#kills !== undefined && performance.now() - this.#killedAtMs > KILL_EVERY_MS
  }

  async #kill(roundMs: number): Promise<void> {
    await sleep(this.#random.whole(0, roundMs))
    this.#killedAtMs = performance.now()
    await this.#kills?.kill()
  }

  /** The mistake that was asked for. */
  #break(): void {
    const { broken } = this.#options
    if (broken === 'count') this.#accounts.add(metrics.HITS, 1, 1)
    else if (broken === 'leaks') {
      this.#leaked.push(
        Buffer.alloc(LEAK_BYTES, 1),
        setInterval(() => {}, LEAK_BYTES),
      )
    }
  }

  #telemetryOptions(): TelemetryOptions {
    const { overflow } = this.#options
    return {
      service: 'soak',
      laneCapacity: LANE_CAPACITY,
      windowCapacity: WINDOW_CAPACITY,
      maxSeriesPerMetric: metrics.SERIES_MAX,
      sloCheckIntervalMs: 500,
      rateLimitWindowMs: 200,
      log: line => this.lines.push(line),
      ...(overflow === 'default' ? {} : ({ overflow } as Partial<TelemetryOptions>)),
    }
  }
}
