/** What a series has to say of the samples that were folded into it. */
import type { Series } from '../../src/shared/statistics/series.ts'
import type { FaultList } from './fault.ts'

/** Values are split here, so that sums of both parts are exact for millions of samples. */
const UPPER_UNIT = 2 ** 21
/** Of the series' sum, which adds up batches in float64. */
const SUM_ERROR_MAX = 1e-12

export class FoldedFigures {
  readonly #producer: number
  readonly #faults: FaultList
  #count = 0
  #upperSum = 0
  #lowerSum = 0
  #last: number | undefined

  constructor(producer: number, faults: FaultList) {
    this.#producer = producer
    this.#faults = faults
  }

  add(value: number): void {
    const upper = Math.floor(value / UPPER_UNIT)
    this.#count += 1
    this.#upperSum += upper
    this.#lowerSum += value - upper * UPPER_UNIT
    this.#last = value
  }

  check(series: Series): void {
    const sum = this.#upperSum * UPPER_UNIT + this.#lowerSum
    this.#expect(`a total of ${this.#count}`, series.total === this.#count, series.total)
    const isSumRight = Math.abs(series.totalSum - sum) <= sum * SUM_ERROR_MAX
    this.#expect(`a sum of ${sum}`, isSumRight, series.totalSum)
    this.#expect(`${this.#last} as the last value`, series.last === this.#last, series.last)
    const size = Math.min(this.#count, series.windowCapacity)
    this.#expect(`a window of ${size}`, (series.window?.size ?? 0) === size, series.window?.size)
  }

  #expect(expected: string, isRight: boolean, actual: number | undefined): void {
    if (isRight) return
    const fault = { kind: 'unaccounted', producer: this.#producer, ordinal: this.#count } as const
    this.#faults.add({ ...fault, expected, actual: `${actual}` })
  }
}
