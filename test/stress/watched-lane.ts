/** One lane under test: drained by the production reader, its samples and sums checked. Reader thread. */
import { LaneWord } from '../../src/shared/memory/lane-layout.ts'
import type { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { Series } from '../../src/shared/statistics/series.ts'
import { LaneReader } from '../../src/worker/lane-reader.ts'
import { ArrivalCheck } from './arrival-check.ts'
import type { CaseClock } from './case-clock.ts'
import { type CaseTask, firstWordOf, ProducerWord, type Words } from './case-memory.ts'
import { isTerminated, recordingEndOf } from './cases.ts'
import type { FaultKind, FaultList } from './fault.ts'
import { FoldedFigures } from './folded-figures.ts'
import { SERIES_COUNT, saltOf } from './sample.ts'

export class WatchedLane {
  readonly arrivals: ArrivalCheck
  readonly producer: number
  readonly #task: CaseTask
  readonly #registry: MetricRegistry
  readonly #clock: CaseClock
  readonly #faults: FaultList
  /** The test's words, and the lane's. */
  readonly #words: Words
  readonly #laneWords: Int32Array
  readonly #firstIndex: number
  readonly #seriesByNumber: (Series | undefined)[] = Array.from({ length: SERIES_COUNT }, () => undefined)
  readonly #folded: FoldedFigures[] = []
  #reader: LaneReader
  #lostCount = 0
  #resumedPause = 0
  #refusedSeen = 0

  constructor(
    task: CaseTask,
    producer: number,
    registry: MetricRegistry,
    clock: CaseClock,
    faults: FaultList,
  ) {
    const { stressCase, seed, memory } = task
    this.#task = task
    this.producer = producer
    this.#registry = registry
    this.#clock = clock
    this.#faults = faults
    this.#words = memory.words
    this.#laneWords = new Int32Array(memory.lanes[producer]!.lane)
    this.#firstIndex = this.#laneWords[LaneWord.readIndex]!
    this.arrivals = new ArrivalCheck({
      producer,
      salt: saltOf(seed, stressCase.number, producer),
      capacity: stressCase.capacity,
      sampleCount: recordingEndOf(stressCase, producer),
      startTimeMs: task.clockStartMs,
      isClockTime: timeMs => clock.hasShown(timeMs),
      faults,
    })
    this.#reader = this.#newReader()
  }

  /** By the producer's own count. */
  get recordedCount(): number {
    return Atomics.load(this.#words, firstWordOf(this.producer) + ProducerWord.recorded)
  }

  /** Samples that found the lane full: dropped, or summarized. */
  get turnedAwayCount(): number {
    const { dropped, summarized } = LaneWord
    return (Atomics.load(this.#laneWords, dropped) >>> 0) + (Atomics.load(this.#laneWords, summarized) >>> 0)
  }

  /** How often the ring went round. */
  get roundCount(): number {
    return ((this.#writeIndex - this.#firstIndex) >>> 0) / this.#task.stressCase.capacity
  }

  get hasCrossed(): boolean {
    const { boundary } = this.#task.stressCase
    return boundary !== 0 && ((this.#writeIndex - (boundary | 0)) | 0) >= 0
  }

  /** Bursts that found the lane empty and had room in it. */
  get fittingBurstCount(): number {
    return Atomics.load(this.#words, firstWordOf(this.producer) + ProducerWord.fittingBursts)
  }

  /** Samples that were published at once, at most. */
  get largestBatch(): number {
    return Atomics.load(this.#words, firstWordOf(this.producer) + ProducerWord.largestBatch)
  }

  get isResting(): boolean {
    return this.#pauseNumber !== this.#resumedPause
  }

  get isTerminated(): boolean {
    return Atomics.load(this.#words, firstWordOf(this.producer) + ProducerWord.isTerminated) === 1
  }

  get isFinished(): boolean {
    return Atomics.load(this.#words, firstWordOf(this.producer) + ProducerWord.isFinished) === 1
  }

  /** Nothing more will come. */
  get isDone(): boolean {
    return isTerminated(this.#task.stressCase.incident, this.producer) ? this.isTerminated : this.isFinished
  }

  get isHalfWay(): boolean {
    return this.recordedCount >= this.#task.stressCase.sampleCount / 2
  }

  /** Drains, if it may; and counts, if the producer rests. */
  turn(mayDrain: boolean): void {
    const pauseNumber = this.#pauseNumber
    const isResting = pauseNumber !== this.#resumedPause
    if (isResting) {
      this.#checkBalance()
      this.#checkRoom()
    }
    // While the reader is frozen a producer is not let past half: the rest is for a reader that comes late.
    if (!mayDrain && this.isHalfWay) return
    if (mayDrain) {
      this.#reader.drain(this.#clock.nowMs())
      if (isResting) this.#settle()
    }
    if (isResting) this.#resume(pauseNumber)
  }

  /** The reader is given up for a new one, which goes on where it stopped. */
  restart(): void {
    this.#reader = this.#newReader()
  }

  /** To be called when the lane is done: takes what is left, and checks everything once more. */
  finish(): void {
    this.#reader.drain(this.#clock.nowMs())
    this.#checkRoom()
    if (this.isFinished) {
      this.#checkBalance()
      this.#settle()
    } else this.arrivals.settleTerminated(this.#settledCounts(), this.#task.stressCase.publishEvery)
    for (const [number, folded] of this.#folded.entries()) folded.check(this.#seriesByNumber[number]!)
  }

  get #pauseNumber(): number {
    return Atomics.load(this.#words, firstWordOf(this.producer) + ProducerWord.pause)
  }

  get #writeIndex(): number {
    return Atomics.load(this.#laneWords, LaneWord.writeIndex)
  }

  #resume(pauseNumber: number): void {
    const resumedWord = firstWordOf(this.producer) + ProducerWord.resumed
    this.#resumedPause = pauseNumber
    Atomics.store(this.#words, resumedWord, pauseNumber)
    Atomics.notify(this.#words, resumedWord)
  }

  #checkBalance(): void {
    const { drainedCount: drained, pendingCount: pending, summarizedCount } = this.#reader
    const dropped = (Atomics.load(this.#laneWords, LaneWord.dropped) >>> 0) + summarizedCount
    this.arrivals.checkBalance({ recorded: this.recordedCount, drained, dropped, pending })
  }

  #checkRoom(): void {
    const refused = Atomics.load(this.#words, firstWordOf(this.producer) + ProducerWord.refused)
    if (refused === this.#refusedSeen) return
    const actual = `${refused - this.#refusedSeen} dropped`
    this.#refusedSeen = refused
    this.#fault('room for a burst in an empty lane', actual, 'refused')
  }

  #settle(): void {
    const { recorded, drained, summarized, dropped, pending } = this.#reader.snapshot(this.#clock.nowMs())
    const turnedAway = dropped + summarized
    this.arrivals.checkBalance({ recorded: this.recordedCount, drained, dropped: turnedAway, pending })
    const counts = this.#settledCounts()
    this.arrivals.settle(counts)
    // The snapshot's sum is made of its parts; the listener's is made of what it was told.
    if (recorded !== counts.recorded || this.#lostCount !== counts.dropped) {
      const told = `${recorded} recorded, ${this.#lostCount} lost`
      this.#fault(`${counts.recorded} recorded, ${counts.dropped} lost`, told)
    }
  }

  #settledCounts() {
    return {
      recorded: this.recordedCount,
      drained: this.#reader.drainedCount,
      dropped: this.turnedAwayCount,
      droppedBySeries: this.#seriesByNumber.map(series => (series?.lost ?? 0) + (series?.summarized ?? 0)),
      summarizedSums: this.#task.stressCase.isSummarizing ? this.#summarizedSums() : undefined,
    }
  }

  #summarizedSums(): readonly number[] {
    return this.#seriesByNumber.map(series => series?.totalSum ?? 0)
  }

  #fault(expected: string, actual: string, kind: FaultKind = 'unaccounted'): void {
    const ordinal = this.arrivals.arrivedCount
    this.#faults.add({ kind, producer: this.producer, ordinal, expected, actual })
  }

  #newReader(): LaneReader {
    const announcement = this.#task.memory.lanes[this.producer]!
    const reader = new LaneReader(announcement, this.#registry, this.#clock.nowMs(), {
      onConflict: error => this.#fault('no conflict', String(error)),
      onLost: count => {
        this.#lostCount += count
      },
      onSummarized: count => {
        this.#lostCount += count
      },
      onSeries: series => this.#watch(series),
    })
    reader.renew(this.#clock.nowMs())
    return reader
  }

  #watch(series: Series): void {
    const number = Number(series.labels['n'])
    if (this.#seriesByNumber[number] === series) return
    this.#seriesByNumber[number] = series
    if (this.#task.stressCase.isFolding) {
      const folded = new FoldedFigures(this.producer, this.#faults)
      this.#folded[number] = folded
      watchFolding(series, number, this.arrivals, folded)
    } else watchOnly(series, number, this.arrivals)
  }
}

// Each makes its closures at one place of the source, so that V8 takes them for one function and inlines it where samples
// are drained: otherwise every value would be boxed on its way.
function watchOnly(series: Series, number: number, arrivals: ArrivalCheck): void {
  series.record = (value, timeMs) => arrivals.arrive(number, value, timeMs)
}

function watchFolding(series: Series, number: number, arrivals: ArrivalCheck, folded: FoldedFigures): void {
  series.record = (value, timeMs) => {
    arrivals.arrive(number, value, timeMs)
    folded.add(value)
    Series.prototype.record.call(series, value, timeMs)
  }
}
