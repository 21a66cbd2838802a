/** Samples on their way into the statistics, a batch at a time, with their bits in view. */

// Which of a float64's two 32-bit words holds sign, exponent and the top of the mantissa.
export const HIGH_WORD: number = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0
export const LOW_WORD: number = 1 - HIGH_WORD

/** Finite values, and the same memory as 32-bit words: value `i` has the words `2 * i` and `2 * i + 1`.
 *  Folding a batch costs a third of folding its samples one by one: the loops keep their arrays in registers, and
 *  a series among thousands touches its statistics once a batch. */
export class SampleBatch {
  readonly values: Float64Array
  readonly words: Int32Array

  constructor(capacity: number) {
    this.values = new Float64Array(capacity)
    this.words = new Int32Array(this.values.buffer)
  }

  /** 0 for a batch that was never allocated. */
  get bytes(): number {
    return this.values.byteLength
  }
}
