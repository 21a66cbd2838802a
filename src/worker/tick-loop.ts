/** Decides when the aggregator ticks: often under load, seldom when idle, at once when a lane fills up. */
import type { Clock } from '../shared/clock.ts'
import { ControlWord } from '../shared/memory/control-block.ts'

export const TICK_INTERVAL_MS = 10
const TICK_IDLE_INTERVAL_MS_MAX = 100

/** Runs `tick` until stopped. Never blocks the thread's event loop: servers and ports live on it. */
export class TickLoop {
  readonly #control: Int32Array
  readonly #clock: Clock
  readonly #tick: (lagMs: number) => boolean
  #intervalMs = TICK_INTERVAL_MS
  #timer: NodeJS.Timeout | undefined
  #dueAtMs = 0
  #isStopped = false

  /** @param tick does the work; is given how late it is; says whether there was any */
  constructor(control: Int32Array, clock: Clock, tick: (lagMs: number) => boolean) {
    this.#control = control
    this.#clock = clock
    this.#tick = tick
  }

  start(): void {
    this.#schedule()
    this.#listen()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #run(lagMs: number): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    Atomics.store(this.#control, ControlWord.wake, 0)
    const isBusy = this.#tick(lagMs)
    this.#intervalMs = isBusy ? TICK_INTERVAL_MS : Math.min(this.#intervalMs * 1.5, TICK_IDLE_INTERVAL_MS_MAX)
    if (!this.#isStopped) this.#schedule()
  }

  #schedule(): void {
    this.#dueAtMs = this.#clock.nowMs() + this.#intervalMs
    this.#timer = setTimeout(
      () => this.#run(Math.max(0, this.#clock.nowMs() - this.#dueAtMs)),
      this.#intervalMs,
    )
  }

  /** Waits for a producer's wake-up beside the timer, without blocking. */
  #listen(): void {
    if (this.#isStopped) return
    const wait = Atomics.waitAsync(this.#control, ControlWord.wake, 0)
    const woken = wait.async ? wait.value : new Promise(resolve => setImmediate(resolve))
    woken.then(() => {
      this.#run(0)
      this.#listen()
    })
  }
}
