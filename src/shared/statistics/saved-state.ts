/** Statistics as a row of numbers: how they are saved, and read back in the same order. */

const NO_NUMBERS: Float64Array = new Float64Array(0)

/** Writes into memory it is given; where that is too small, into memory of its own, which it says. */
export class StateWriter {
  #numbers: Float64Array = NO_NUMBERS
  #length = 0
  #isOwn = false

  /** Begins anew, at the start of `target`. */
  begin(target: Float64Array = NO_NUMBERS): void {
    this.#numbers = target
    this.#length = 0
    this.#isOwn = false
  }

  get length(): number {
    return this.#length
  }

  /** Whether the target was too small, so that everything is in `written`, and nothing in the target counts. */
  get isOverflown(): boolean {
    return this.#isOwn
  }

  /** What was written since `begin`. Valid until the next write. */
  get written(): Float64Array {
    return this.#numbers.subarray(0, this.#length)
  }

  write(number: number): void {
    if (this.#length === this.#numbers.length) this.#reserve(1)
    this.#numbers[this.#length++] = number
  }

  /** Writes whether there is a part, and the part: `read() === 1` tells the reader. */
  writeIfAny(part: { save(into: StateWriter): void } | undefined): void {
    this.write(part === undefined ? 0 : 1)
    part?.save(this)
  }

  writeQuad(a: number, b: number, c: number, d: number): void {
    this.write(a)
    this.write(b)
    this.write(c)
    this.write(d)
  }

  /** Writes the first `count` numbers; the reader has to know how many. */
  writeAll(numbers: Float64Array, count: number = numbers.length): void {
    if (this.#length + count > this.#numbers.length) this.#reserve(count)
    this.#numbers.set(count === numbers.length ? numbers : numbers.subarray(0, count), this.#length)
    this.#length += count
  }

  #reserve(count: number): void {
    const numbers = new Float64Array(Math.max(64, (this.#length + count) * 2))
    numbers.set(this.written)
    this.#numbers = numbers
    this.#isOwn = true
  }
}

export class StateReader {
  readonly #numbers: Float64Array
  #position = 0

  constructor(numbers: Float64Array) {
    this.#numbers = numbers
  }

  read(): number {
    return this.#numbers[this.#position++] ?? Number.NaN
  }

  readQuad(): [number, number, number, number] {
    return [this.read(), this.read(), this.read(), this.read()]
  }

  /** A copy of the next `count` numbers. */
  readAll(count: number): Float64Array {
    const start = this.#position
    this.#position += count
    return this.#numbers.slice(start, start + count)
  }
}
