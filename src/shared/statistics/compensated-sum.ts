/** A sum that keeps what rounding takes away. */
import type { StateReader, StateWriter } from './saved-state.ts'

/** Neumaier's sum: the error stays at a rounding or two however many terms there are.
 *  A sum beyond the range of a float64 is infinite, or not a number, as it is with plain addition.
 *  @see Neumaier 1974, improved Kahan–Babuška algorithm */
export class CompensatedSum {
  #sum = 0
  #compensation = 0

  get value(): number {
    // Once the sum overflows the compensation is NaN, and says nothing.
    return Number.isFinite(this.#sum) ? this.#sum + this.#compensation : this.#sum
  }

  add(term: number): void {
    const sum = this.#sum + term
    const isSumLarger = Math.abs(this.#sum) >= Math.abs(term)
    this.#compensation += isSumLarger ? this.#sum - sum + term : term - sum + this.#sum
    this.#sum = sum
  }

  /** Adds the first `count` values: as `add` would, four running sums at a time. */
  addAll(values: Float64Array, count: number): void {
    const paired = count & ~3
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let aLost = 0
    let bLost = 0
    let cLost = 0
    let dLost = 0
    for (let index = 0; index < paired; index += 4) {
      const w = values[index]!
      const x = values[index + 1]!
      const y = values[index + 2]!
      const z = values[index + 3]!
      const aNext = a + w
      const bNext = b + x
      const cNext = c + y
      const dNext = d + z
      aLost += lostByAdding(a, w, aNext)
      bLost += lostByAdding(b, x, bNext)
      cLost += lostByAdding(c, y, cNext)
      dLost += lostByAdding(d, z, dNext)
      a = aNext
      b = bNext
      c = cNext
      d = dNext
    }
    const lost = aLost + bLost + (cLost + dLost)
    // One of the running sums has overflowed, or they would together, which the terms in their order need not do: one
    // after the other, then.
    const isInRange = Number.isFinite(lost) && Number.isFinite(this.#sum + a + b + c + d)
    if (isInRange) {
      this.add(a)
      this.add(b)
      this.add(c)
      this.add(d)
      this.#compensation += lost
    }
    for (let index = isInRange ? paired : 0; index < count; index += 1) this.add(values[index]!)
  }

  /** Adds another sum, with what its rounding took away. */
  merge(other: CompensatedSum): void {
    this.add(other.#sum)
    this.#compensation += other.#compensation
  }

  clear(): void {
    this.#sum = 0
    this.#compensation = 0
  }

  save(into: StateWriter): void {
    into.write(this.#sum)
    into.write(this.#compensation)
  }

  restore(from: StateReader): void {
    this.#sum = from.read()
    this.#compensation = from.read()
  }
}

/** What rounding takes away from `left + right`, exactly. NaN once the sum overflows.
 *  @see Knuth, The Art of Computer Programming 2, 4.2.2, theorem B */
function lostByAdding(left: number, right: number, sum: number): number {
  const rightPart = sum - left
  return left - (sum - rightPart) + (right - rightPart)
}
