/** Checks the samples of one producer as they arrive, and at pauses that none is missing uncounted. Pure. */
import { type FaultKind, FaultList } from './fault.ts'
import { ordinalOf, SERIES_COUNT, seriesAt, valueAt } from './sample.ts'

/** Gaps that are remembered, to tell a late sample from one that comes twice. */
const GAPS_KEPT = 1_024
/** How far around the expected sample the halves of a torn one are looked for. */
const REACH_MAX = 2 ** 17
/** Of sums of millions of values in float64. */
const SUM_ERROR_MAX = 1e-9

export interface CheckedProducer {
  readonly producer: number
  readonly salt: number
  readonly capacity: number
  /** Samples it will record at most. */
  readonly sampleCount: number
  /** u32 */
  readonly startTimeMs: number
  /** Whether the clock has ever shown this u32. */
  readonly isClockTime: (timeMs: number) => boolean
  readonly faults: FaultList
}

/** What is known from the lane and the producer while the producer rests and nothing is left in the lane. */
export interface SettledCounts {
  /** By the producer's own count. */
  readonly recorded: number
  /** By the lane. */
  readonly drained: number
  readonly dropped: number
  readonly droppedBySeries: readonly number[]
  /** What summarized samples come to, by series; undefined in a lane that drops. */
  readonly summarizedSums?: readonly number[] | undefined
}

export class ArrivalCheck {
  arrivedCount = 0
  readonly arrivedBySeries: Float64Array = new Float64Array(SERIES_COUNT)
  readonly #checked: CheckedProducer
  readonly #salt: number
  #nextOrdinal = 0
  #timeMs: number
  /** Ordinals passed over that have not come since. */
  #missingCount = 0
  readonly #missingBySeries = new Float64Array(SERIES_COUNT)
  readonly #missingSums = new Float64Array(SERIES_COUNT)
  /** Arrivals that stand for no sample: as many samples are missing, and counted nowhere. */
  #damagedCount = 0
  /** Pairs of first ordinal and end. */
  readonly #gaps = new Float64Array(GAPS_KEPT * 2)
  #gapCount = 0

  constructor(checked: CheckedProducer) {
    this.#checked = checked
    this.#salt = checked.salt
    this.#timeMs = checked.startTimeMs
  }

  /** One sample as it was drained. */
  arrive(series: number, value: number, timeMs: number): void {
    this.arrivedCount += 1
    this.arrivedBySeries[series]! += 1
    if (timeMs !== this.#timeMs) this.#changeTime(timeMs)
    const ordinal = this.#nextOrdinal
    if (value === valueAt(ordinal, this.#salt) && series === seriesAt(ordinal, this.#salt)) {
      this.#nextOrdinal = ordinal + 1
    } else this.#takeUnexpected(series, value)
  }

  /** To be called when the producer rests: holds at any pause, whatever waits in the lane. */
  checkBalance(counts: { recorded: number; drained: number; dropped: number; pending: number }): void {
    const { recorded, drained, dropped, pending } = counts
    this.#expectSum('recorded = drained + dropped + pending', recorded, drained + dropped + pending)
  }

  /** To be called when the producer rests and the lane is drained. */
  settle({ recorded, drained, dropped, droppedBySeries, summarizedSums = [] }: SettledCounts): void {
    this.#expectSum('drained by the lane = arrived', drained, this.arrivedCount)
    // What was dropped after the last arrival shows up as a gap only now.
    if (recorded > this.#nextOrdinal) this.#passOver(recorded)
    this.#expectSum('dropped = missing', dropped, this.#missingCount - this.#damagedCount)
    // Damaged samples may be any series'.
    if (this.#damagedCount > 0) return
    for (const [series, count] of droppedBySeries.entries()) {
      this.#expectSum(`dropped = missing, of series ${series}`, count, this.#missingBySeries[series]!)
    }
    for (const [series, sum] of summarizedSums.entries()) {
      const missingSum = this.#missingSums[series]!
      // What is added up here is not compensated.
      if (Math.abs(sum - missingSum) <= missingSum * SUM_ERROR_MAX) continue
      this.#expectSum(`sum of summarized = sum of missing, of series ${series}`, sum, missingSum)
    }
  }

  /** For a producer that was terminated in mid-burst. What it has written and not published is nowhere, and it may have
   *  been in the middle of one more sample. */
  settleTerminated(counts: SettledCounts, unpublishedMax: number): void {
    const { recorded, drained, dropped } = counts
    this.#expectSum('drained by the lane = arrived', drained, this.arrivedCount)
    const unpublishedCount = recorded - drained - dropped
    if (unpublishedCount < -1 || unpublishedCount > unpublishedMax) {
      this.#fault('unaccounted', `-1 to ${unpublishedMax} unpublished`, `${unpublishedCount}`)
    }
    // Samples dropped after the last arrival are no gap yet.
    const uncounted = this.#missingCount - this.#damagedCount - dropped
    if (uncounted > 0) this.#fault('unaccounted', '0 samples missing uncounted', `${uncounted}`)
  }

  #expectSum(what: string, left: number, right: number): void {
    if (left !== right) this.#fault('unaccounted', what, `${left} ≠ ${right}`)
  }

  #changeTime(timeMs: number): void {
    const isLater = ((timeMs - this.#timeMs) | 0) > 0
    if (!isLater) this.#fault('mistimed', `time ${this.#timeMs} or later`, `${timeMs}`)
    else if (!this.#checked.isClockTime(timeMs)) this.#fault('mistimed', 'a time of the clock', `${timeMs}`)
    this.#timeMs = timeMs
  }

  #takeUnexpected(series: number, value: number): void {
    const ordinal = ordinalOf(value, this.#salt)
    if (ordinal === -1 || ordinal >= this.#checked.sampleCount) {
      this.#damagedCount += 1
      this.#faultySample(this.#isTorn(value) ? 'torn' : 'altered', series, value)
    } else if (series !== seriesAt(ordinal, this.#salt)) {
      this.#damagedCount += 1
      this.#faultySample('torn', series, value)
    } else if (ordinal >= this.#nextOrdinal) {
      if (ordinal > this.#nextOrdinal) this.#passOver(ordinal)
      this.#nextOrdinal = ordinal + 1
    } else if (this.#wasPassedOver(ordinal)) {
      this.#missingCount -= 1
      this.#missingBySeries[series]! -= 1
      this.#faultySample('reordered', series, value)
    } else this.#faultySample('duplicated', series, value)
  }

  #passOver(endOrdinal: number): void {
    this.#rememberGap(this.#nextOrdinal, endOrdinal)
    for (let ordinal = this.#nextOrdinal; ordinal < endOrdinal; ordinal++) {
      const series = seriesAt(ordinal, this.#salt)
      this.#missingBySeries[series]! += 1
      this.#missingSums[series]! += valueAt(ordinal, this.#salt)
    }
    this.#missingCount += endOrdinal - this.#nextOrdinal
    this.#nextOrdinal = endOrdinal
  }

  #rememberGap(firstOrdinal: number, endOrdinal: number): void {
    const place = (this.#gapCount % GAPS_KEPT) * 2
    this.#gaps[place] = firstOrdinal
    this.#gaps[place + 1] = endOrdinal
    this.#gapCount += 1
  }

  #wasPassedOver(ordinal: number): boolean {
    const keptCount = Math.min(this.#gapCount, GAPS_KEPT)
    for (let place = 0; place < keptCount * 2; place += 2) {
      if (ordinal >= this.#gaps[place]! && ordinal < this.#gaps[place + 1]!) return true
    }
    return false
  }

  /** Whether it is made of halves of samples that may have been in the lane together. */
  #isTorn(value: number): boolean {
    const { faults, capacity } = this.#checked
    if (faults.totalCount >= FaultList.keptMax) return false
    const [low, high] = wordsOf(value)
    const reach = Math.min(2 * capacity, REACH_MAX)
    let [isLowKnown, isHighKnown] = [false, false]
    for (let by = -reach; by <= reach; by++) {
      const words = wordsOf(valueAt(this.#nextOrdinal + by, this.#salt))
      isLowKnown ||= words[0] === low
      isHighKnown ||= words[1] === high
    }
    return isLowKnown && isHighKnown
  }

  #faultySample(kind: FaultKind, series: number, value: number): void {
    const ordinal = this.#nextOrdinal
    const expected = describe(seriesAt(ordinal, this.#salt), valueAt(ordinal, this.#salt))
    const actualOrdinal = ordinalOf(value, this.#salt)
    const whose = actualOrdinal === -1 ? '' : `, sample ${actualOrdinal}`
    this.#fault(kind, expected, `${describe(series, value)}${whose}`)
  }

  #fault(kind: FaultKind, expected: string, actual: string): void {
    const { faults, producer } = this.#checked
    faults.add({ kind, producer, ordinal: this.#nextOrdinal, expected, actual })
  }
}

const float = new Float64Array(1)
const floatWords = new Uint32Array(float.buffer)

function wordsOf(value: number): [number, number] {
  float[0] = value
  return [floatWords[0]!, floatWords[1]!]
}

function describe(series: number, value: number): string {
  const hex = wordsOf(value)
    .toReversed()
    .map(word => word.toString(16).padStart(8, '0'))
  return `series ${series}, words ${hex.join(' ')}`
}
