/** The aggregating thread of a case: production code that drains, dies and is succeeded, and what it has folded. */
import type { LaneReader } from '../../src/worker/lane-reader.ts'
import type { LaneCode } from './bundled-code.ts'
import { FoldingRegistry, type Summaries } from './folding-registry.ts'
import { type Access, isWriting } from './model-memory.ts'
import {
  type AggregatorStep,
  aggregatorAccessesMax,
  countOf,
  type Sample,
  type Scenario,
} from './scenario.ts'
import { placeOf, type Stage, setStage } from './stage.ts'
import { DEATH, type Facts, type ThreadProgram } from './thread-tree.ts'

/** What one aggregator has made of the lane, from its first look at the read index on. */
export interface Life {
  /** The first sample it may fold, as a count from the beginning. */
  readonly startCount: number
  readonly folded: readonly Sample[]
  readonly lostBySeries: readonly number[]
  readonly summaries: Summaries
}

export class AggregatorFacts implements Facts {
  failure: string | undefined
  #stage: Stage | undefined
  isMortal = false
  isAtRest = true
  readonly lives: Life[] = []
  lostCount = 0
  /** What the running or last drain found published, and dropped. */
  targetCount = 0
  droppedSeen = 0
  /** Summarized samples the last drain knew of when it looked for them. */
  summarizedTarget = 0
  /** Dropped samples the aggregator that died knew of. */
  droppedAtDeath = 0
  readCount = 0
  drainedTotal = 0
  /** What `LaneReader.snapshot` said last, and the samples it found published. */
  account: { recorded: number; published: number; dropped: number } | undefined
  longestStep = 0
  /** What the clock was last set to. */
  clockMs = 0
  #reader: LaneReader | undefined
  #registry: FoldingRegistry | undefined
  #accessCount = 0
  #isStarting = false
  #isDraining = false
  #publishedSeen = 0
  readonly #scenario: Scenario
  #place: ReturnType<typeof placeOf> | undefined

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage
    this.#scenario = scenario
    this.#place = placeOf(stage)
  }

  /** A successor knows nothing of what was folded before it. */
  beginLife(): void {
    this.#registry = new FoldingRegistry()
    this.droppedAtDeath = this.droppedSeen
    this.droppedSeen = 0
    this.isAtRest = true
    this.take('adopt')
  }

  take(step: AggregatorStep): void {
    const stage = this.#stage!
    const { ControlWord } = stage.code
    this.isAtRest = false
    this.#accessCount = 0
    if (step === 'adopt') this.#adopt()
    else if (step === 'clock') stage.atomics.store(stage.control, ControlWord.clockMs, ++this.clockMs)
    else if (step === 'closeTelemetry') stage.atomics.store(stage.control, ControlWord.closed, 1)
    else if (step === 'retire') this.#reader!.retire(0)
    else if (step === 'hear') this.#hear()
    else if (step === 'account') this.#takeAccount()
    else {
      stage.atomics.store(stage.control, ControlWord.wake, 0)
      this.drain()
    }
    this.isAtRest = true
  }

  drain(): void {
    this.#isDraining = true
    this.#reader!.drain(0)
    this.#isDraining = false
  }

  onAccess(access: Access, result: unknown): void {
    const place = this.#place!
    this.longestStep = Math.max(this.longestStep, ++this.#accessCount)
    if (this.#accessCount > aggregatorAccessesMax(this.#scenario)) {
      this.failure ??= 'a step of the aggregator does not end'
    }
    const index = Number(isWriting(access) ? access.value : result)
    const count = countOf(this.#scenario, index, this.readCount)
    if (place.isReadIndex(access)) {
      if (isWriting(access)) this.readCount = count
      else if (this.#isStarting) this.beginFolding(count)
    }
    if (place.isWriteIndex(access)) {
      this.#publishedSeen = count
      if (this.#isDraining) this.targetCount = count
    }
    if (place.isSummarized(access)) this.summarizedTarget = Number(result)
    if (place.isDropped(access)) this.droppedSeen = Number(result) >>> 0
    if (place.isDrainedTotal(access) && isWriting(access)) this.drainedTotal = Number(access.value)
  }

  release(): void {
    this.#stage = undefined
    this.#place = undefined
    this.#reader = undefined
    this.#registry = undefined
  }

  /** One reader after another on the same lane: a new one goes on where the lane's read index stands. */
  #adopt(): void {
    const stage = this.#stage!
    this.#isStarting = true
    this.#reader = new stage.code.LaneReader(stage.announcement, this.#registry!.asProduction, 0, {
      onConflict: () => {
        this.failure ??= 'a metric is in conflict with itself'
      },
      onSeries: () => {},
      onLost: count => {
        this.lostCount += count
      },
    })
    this.#isStarting = false
    this.#reader.renew(0)
  }

  /** The announcement of a lane that is known: the lease holds again. The message itself is not modelled: it is there
   *  once the lease says so. */
  #hear(): void {
    const { atomics, code, lane } = this.#stage!
    if (atomics.load(lane.words, code.LaneWord.lease) === code.Lease.announced) this.#reader!.renew(0)
  }

  beginFolding(startCount: number): void {
    const { folded, lostBySeries, summaries } = this.#registry!.record()
    this.readCount = startCount
    this.targetCount = startCount
    this.lives.push({ startCount, folded, lostBySeries, summaries })
  }

  #takeAccount(): void {
    const { recorded, drained, dropped, pending } = this.#reader!.snapshot(0)
    if (recorded !== drained + dropped + pending) this.failure ??= 'the snapshot contradicts itself'
    this.account = { recorded, published: this.#publishedSeen, dropped: this.droppedSeen }
  }
}

/** What happened before the explored part: the lane was adopted, its directory read, and part of it filled. */
function prepareLane(code: LaneCode, scenario: Scenario): AggregatorFacts {
  const stage = setStage(code, scenario)
  const facts = new AggregatorFacts(stage, scenario)
  facts.beginLife()
  facts.take('tick')
  stage.prefill(() => facts.drain())
  facts.beginFolding(scenario.drained ?? 0)
  facts.drainedTotal = scenario.drained ?? 0
  return facts
}

export function aggregatorProgram(code: LaneCode, scenario: Scenario): ThreadProgram<AggregatorFacts> {
  return {
    prepare: () => prepareLane(code, scenario),
    run(facts) {
      const { aggregator, successor } = scenario
      facts.isMortal = successor !== undefined
      try {
        for (const step of aggregator) facts.take(step)
        facts.isMortal = false
      } catch (error) {
        if (error !== DEATH) throw error
        facts.isMortal = false
        facts.beginLife()
        for (const step of successor ?? []) facts.take(step)
      }
    },
  }
}
