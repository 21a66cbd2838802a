/** The coarse clock of a case, which goes in strides: so the time in a header says which tick it was written in. */
import { uniformNumbers } from '../../bench/setup/inputs.ts'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import { ManualClock } from '../support/manual-clock.ts'
import type { CaseTask } from './case-memory.ts'
import { saltOf } from './sample.ts'

const TICK_INTERVAL_MS = 0.5
/** Where samples are folded into slices of time, the clock keeps to real time, more or less. */
const STRIDE_FOLDING_MS = 1
const STRIDE_MAX_MS = 100_000

/** Ticks as the aggregator does, and remembers every time it has shown. */
export class CaseClock extends ManualClock {
  readonly #control: Int32Array
  readonly #isFolding: boolean
  readonly #nextUniform: () => number
  readonly #shownMs = new Set<number>()
  #tickAtMs = 0

  constructor({ memory, clockStartMs, seed, stressCase }: CaseTask) {
    super(clockStartMs)
    this.#control = new Int32Array(memory.control)
    this.#isFolding = stressCase.isFolding
    this.#nextUniform = uniformNumbers(saltOf(seed, stressCase.number, -2))
    this.#shownMs.add(clockStartMs)
  }

  /** Goes on when it is time. */
  tick(realMs: number): void {
    if (realMs < this.#tickAtMs) return
    this.#tickAtMs = realMs + TICK_INTERVAL_MS
    this.advance(this.#isFolding ? STRIDE_FOLDING_MS : 1 + Math.floor(this.#nextUniform() * STRIDE_MAX_MS))
    // Noted first: a producer may use it at once.
    this.#shownMs.add(this.nowMs() % 2 ** 32)
    Atomics.store(this.#control, ControlWord.clockMs, this.nowMs() | 0)
  }

  hasShown(timeMs: number): boolean {
    return this.#shownMs.has(timeMs)
  }
}
