/** The producing thread of a case: production code that pushes and publishes, and what it has done so far. */
import type { LaneReader } from '../../src/worker/lane-reader.ts'
import type { LaneCode } from './bundled-code.ts'
import { FoldingRegistry } from './folding-registry.ts'
import { type Access, isWriting } from './model-memory.ts'
import {
  countOf,
  type ProducerStep,
  producerAccessesMax,
  type Sample,
  type Scenario,
  sampleOf,
} from './scenario.ts'
import { placeOf, type Stage, setStage } from './stage.ts'
import type { Facts, ThreadProgram } from './thread-tree.ts'

export class ProducerFacts implements Facts {
  failure: string | undefined
  readonly isMortal = false
  #stage: Stage | undefined
  /** Whether no step is under way. */
  isAtRest = true
  pushedCount: number
  /** Samples that have gone into a slot, or are on their way: in order, without gaps. */
  readonly accepted: Sample[]
  publishedCount: number
  droppedCount = 0
  /** Samples that are in the summary, and said to be there. */
  readonly summarized: Sample[]
  readonly droppedBySeries: number[] = []
  afterCloseCount = 0
  announcedCount = 0
  /** Samples accepted when a running aggregator was last to be woken; 0 when it never was. */
  wokenForCount = 0
  longestStep = 0
  /** Samples that became visible by one store, at most. */
  batchMax = 0
  /** The time that was found right after the last publishing; undefined once the lease has been looked at, too. */
  timeFoundMs: number | undefined
  #isClosed = false
  #wasPublished = false
  #accessCount = 0
  #sample: Sample | undefined
  #timeMs = 0
  #readCountSeen: number
  readonly #scenario: Scenario
  #place: ReturnType<typeof placeOf> | undefined

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage
    this.#scenario = scenario
    this.#place = placeOf(stage)
    this.#readCountSeen = scenario.drained ?? 0
    const acceptedCount = (scenario.drained ?? 0) + (scenario.prefilled ?? 0)
    this.pushedCount = acceptedCount + (scenario.summarized ?? 0)
    const samples = Array.from({ length: this.pushedCount }, (_, ordinal) =>
      sampleOf(ordinal, stage.entries.length - 1),
    )
    this.accepted = samples.slice(0, acceptedCount)
    this.summarized = samples.slice(acceptedCount)
    this.publishedCount = acceptedCount
  }

  take(step: ProducerStep): void {
    const stage = this.#stage!
    const { writer } = stage
    this.isAtRest = false
    this.#accessCount = 0
    if (step === 'push') this.push()
    else if (step === 'register') stage.register()
    else if (step === 'close') {
      writer.close()
      this.#isClosed = true
    } else {
      if (step === 'beat') {
        const { ControlWord, LaneWord } = stage.code
        const timeMs = stage.atomics.load(stage.control, ControlWord.clockMs)
        stage.atomics.store(stage.lane.words, LaneWord.heartbeatMs, timeMs)
      }
      writer.publish()
    }
    this.announcedCount = stage.announcedCount()
    this.isAtRest = true
    this.#checkAtRest(step)
  }

  push(): void {
    const { entries, writer } = this.#stage!
    const sample = sampleOf(this.pushedCount, entries.length - 1)
    this.#sample = sample
    this.pushedCount++
    writer.push(entries[sample.series + 1]!.entryId, sample.value)
    this.#sample = undefined
  }

  onAccess(access: Access, result: unknown): void {
    const place = this.#place!
    this.longestStep = Math.max(this.longestStep, ++this.#accessCount)
    if (this.#accessCount > producerAccessesMax(this.#scenario))
      this.failure ??= 'a step of the producer does not end'
    if (place.isReadIndex(access)) {
      this.#readCountSeen = countOf(this.#scenario, Number(result), this.#readCountSeen)
    }
    const wasPublished = this.#wasPublished
    this.#wasPublished = place.isWriteIndex(access)
    if (this.#wasPublished || place.isLease(access)) this.timeFoundMs = undefined
    if (place.isClock(access) && access.kind === 'read') {
      this.#timeMs = Number(result)
      if (wasPublished) this.timeFoundMs = this.#timeMs
    }
    if (place.isAggregatorState(access)) this.wokenForCount = this.accepted.length
    if (!isWriting(access)) return
    if (place.isSlot(access) && this.#sample !== undefined) {
      this.accepted.push({ ...this.#sample, timeMs: this.#timeMs })
      this.#sample = undefined
      if (this.#isClosed) this.failure ??= 'a sample is accepted after close'
    }
    if (place.isWriteIndex(access)) {
      const count = countOf(this.#scenario, Number(access.value), this.publishedCount)
      this.batchMax = Math.max(this.batchMax, count - this.publishedCount)
      this.publishedCount = count
    }
    const series = place.droppedSeries(access)
    if (series >= 0) this.droppedBySeries[series] = Number(access.value)
    if (place.isAfterClose(access)) this.afterCloseCount = Number(access.value)
    if (place.isSummarized(access) && this.#sample !== undefined) {
      this.summarized.push(this.#sample)
      this.#sample = undefined
    }
    if (place.isDropped(access)) {
      this.droppedCount = Number(access.value)
      const fill = this.accepted.length - this.#readCountSeen
      if (fill !== this.#scenario.capacity) this.failure ??= `it drops a sample at a fill of ${fill}`
    }
  }

  release(): void {
    this.#stage = undefined
    this.#place = undefined
  }

  #checkAtRest(step: ProducerStep): void {
    const { accepted, summarized, droppedCount, afterCloseCount, pushedCount, publishedCount } = this
    const bySeries = this.droppedBySeries.reduce((sum, count) => sum + count, 0)
    const unpublishedMax = step === 'push' || step === 'register' ? this.#scenario.publishEvery - 1 : 0
    if (accepted.length + summarized.length + droppedCount + afterCloseCount !== pushedCount) {
      this.failure ??= `of ${pushedCount} samples it accounts for ${accepted.length} + ${droppedCount} + ${afterCloseCount}`
    } else if (bySeries !== droppedCount) {
      this.failure ??= `the lane dropped ${droppedCount} samples, its series ${bySeries}`
    } else if (accepted.length - publishedCount > unpublishedMax) {
      this.failure ??= `after ${step} it leaves ${accepted.length - publishedCount} samples unpublished`
    }
  }
}

/** What drained the lane before the explored part, as this thread's memory has to show it. */
function drainOf(code: LaneCode, { announcement }: Stage): () => void {
  const ignore = () => {}
  const listeners = { onConflict: ignore, onSeries: ignore, onLost: ignore }
  let reader: LaneReader | undefined
  return () => {
    reader ??= new code.LaneReader(announcement, new FoldingRegistry().asProduction, 0, listeners)
    reader.drain(0)
  }
}

export function producerProgram(code: LaneCode, scenario: Scenario): ThreadProgram<ProducerFacts> {
  return {
    prepare() {
      const stage = setStage(code, scenario)
      stage.prefill(drainOf(code, stage))
      return new ProducerFacts(stage, scenario)
    },
    run(facts) {
      for (const step of scenario.producer) facts.take(step)
    },
  }
}
