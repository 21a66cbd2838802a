/** A sum that keeps what rounding takes away. */

/** Neumaier's sum: the error stays at a rounding or two however many terms there are.
 *  A sum beyond the range of a float64 is infinite, as it is with plain addition.
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

  clear(): void {
    this.#sum = 0
    this.#compensation = 0
  }
}

/** Sum of the first `count` values: four running sums, added in pairs. For batches and chunks, where `count` is small. */
export function sumOf(values: Float64Array, count: number): number {
  const paired = count & ~3
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let index = 0; index < paired; index += 4) {
    a += values[index]!
    b += values[index + 1]!
    c += values[index + 2]!
    d += values[index + 3]!
  }
  for (let index = paired; index < count; index += 1) a += values[index]!
  return a + b + (c + d)
}
