/** Keeps an aggregator running: notices that one has died or hangs, and starts the next. Creating thread. */
import type { AggregatorRestart } from '../shared/aggregator-boot.ts'
import type { Clock } from '../shared/clock.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { startBackgroundTimer, type TimerHandle, type Timers } from '../shared/timers.ts'
import { Pulse } from './pulse.ts'
import { RestartRule } from './restart-rule.ts'
import type { SupervisionLimits } from './supervision-limits.ts'

/** One aggregator, from its start to its end. */
export interface Incarnation {
  terminate(): Promise<void>
}

/** Why an aggregator has ended: in one line, and with everything that is known. */
export interface Death {
  readonly cause: string
  readonly detail: string
}

export interface Supervised {
  /** Starts an aggregator, and calls back once when it has ended. May throw.
   *  @param restart what became of the one before; undefined for the first */
  start(restart: AggregatorRestart | undefined, onEnd: (death: Death) => void): Incarnation
  /** It has ended unasked. Another is started in `restartInMs`. */
  onDeath(death: Death, restartInMs: number): void
  /** It has ended unasked, and there will be no other. */
  onDown(death: Death): void
}

export class Supervisor {
  readonly #control: Int32Array
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #limits: SupervisionLimits
  readonly #supervised: Supervised
  readonly #rule: RestartRule
  readonly #pulse = new Pulse()
  #incarnation: Incarnation | undefined
  #restartTimer: TimerHandle
  #hungBecause: string | undefined
  #downSinceMs = 0
  #isStopped = false
  #isEnding = false
  /** Times an aggregator was started again. */
  restarts = 0
  /** Why the latest death was; undefined before the first. */
  cause: string | undefined

  constructor(
    supervised: Supervised,
    given: { control: Int32Array; clock: Clock; timers: Timers; limits: SupervisionLimits },
  ) {
    this.#supervised = supervised
    this.#control = given.control
    this.#clock = given.clock
    this.#timers = given.timers
    this.#limits = given.limits
    this.#rule = new RestartRule(given.limits)
  }

  /** Whether there is an aggregator, be it that it still boots. */
  get isAlive(): boolean {
    return this.#incarnation !== undefined
  }

  get state(): number {
    return Atomics.load(this.#control, ControlWord.aggregatorState)
  }

  /** Starts an aggregator.
   *  @throws what kept the first one from being started; later ones count as dead then */
  start(): void {
    this.#pulse.reset()
    this.#hungBecause = undefined
    // The generation first: who sees "booting" or "running" after a death sees that it is another's.
    Atomics.add(this.#control, ControlWord.generation, 1)
    Atomics.store(this.#control, ControlWord.aggregatorState, AggregatorState.booting)
    const { cause, restarts } = this
    const restart = cause === undefined ? undefined : { cause, downSinceMs: this.#downSinceMs, restarts }
    try {
      this.#incarnation = this.#supervised.start(restart, death => this.#onEnd(death))
    } catch (error) {
      if (restart === undefined) throw error
      // Nobody boots: who waits for that, at exit, need not.
      Atomics.store(this.#control, ControlWord.aggregatorState, AggregatorState.restarting)
      // As if it had ended right after: whoever closes may be starting it, and hears of its death as of any other.
      startBackgroundTimer(this.#timers, () => this.#onEnd(deathBy(error)), 0)
    }
  }

  /** Looks whether the aggregator still moves. To be called as often as this thread's loop turns, some times a second. */
  observe(): void {
    if (this.#incarnation === undefined || this.#isStopped || this.#hungBecause !== undefined) return
    const isBooting = this.state === AggregatorState.booting
    const sign = isBooting ? -1 : Atomics.load(this.#control, ControlWord.clockMs) >>> 0
    const stillMs = this.#pulse.observe(sign, this.#clock.nowMs())
    const { bootMs, hungMs } = this.#limits
    if (stillMs < (isBooting ? bootMs : hungMs)) return
    const stillS = Math.round(stillMs / 100) / 10
    this.#hungBecause = isBooting ? `it did not start within ${stillS} s` : `it hung for ${stillS} s`
    void this.#incarnation.terminate()
  }

  /** Ends supervision: no aggregator is started again. One that was about to be is started now, to hear the last
   *  question. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.restartNow()
  }

  /** Starts the next aggregator without further delay, where one is about to be started. */
  restartNow(): void {
    if (this.#restartTimer === undefined) return
    this.#timers.clearTimeout(this.#restartTimer)
    this.#restart()
  }

  /** Ends the aggregator. */
  async terminate(): Promise<void> {
    this.stop()
    this.#isEnding = true
    await this.#incarnation?.terminate()
  }

  #onEnd({ cause, detail }: Death): void {
    this.#incarnation = undefined
    const isOrderly = this.#isStopped && this.state === AggregatorState.closed
    if (this.#isEnding || isOrderly) return
    const death = this.#hungBecause === undefined ? { cause, detail } : deathBy(this.#hungBecause)
    const nowMs = this.#clock.nowMs()
    this.#downSinceMs = nowMs - this.#silentMs(nowMs)
    this.cause = death.cause
    const delayMs = this.#isStopped ? undefined : this.#rule.delayMsAfterDeath(nowMs)
    const state = delayMs === undefined ? AggregatorState.stopped : AggregatorState.restarting
    Atomics.store(this.#control, ControlWord.aggregatorState, state)
    if (delayMs === undefined) {
      this.#supervised.onDown(death)
      return
    }
    this.#restartTimer = startBackgroundTimer(this.#timers, () => this.#restart(), delayMs)
    this.#supervised.onDeath(death, delayMs)
  }

  #restart(): void {
    this.#restartTimer = undefined
    this.restarts++
    this.start()
  }

  /** Since the aggregator has last moved the clock. */
  #silentMs(nowMs: number): number {
    return ((nowMs | 0) - Atomics.load(this.#control, ControlWord.clockMs)) >>> 0
  }
}

/** A death by what was thrown, or by what is known of it. */
export function deathBy(thrown: unknown): Death {
  if (!(thrown instanceof Error)) return { cause: oneLine(thrown), detail: oneLine(thrown) }
  const code = (thrown as { code?: unknown }).code
  const cause = oneLine(typeof code === 'string' ? `${code}: ${thrown.message}` : thrown)
  return { cause, detail: typeof code === 'string' ? cause : (thrown.stack ?? cause) }
}

function oneLine(value: unknown): string {
  try {
    return String(value).replace(/\s+/g, ' ').slice(0, 500)
  } catch {
    return 'something that cannot be shown'
  }
}
