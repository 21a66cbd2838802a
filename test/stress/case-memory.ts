/** What the threads of one case share: lanes and directories as in production, and words of the test's own. */
import { uniformNumbers } from '../../bench/setup/inputs.ts'
import { AggregatorState, ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
import { createDirectory } from '../../src/shared/memory/directory.ts'
import { createLane } from '../../src/shared/memory/lane-layout.ts'
import { SUMMARY_PAGES_DEFAULT } from '../../src/shared/memory/summary-layout.ts'
import type { LaneAnnouncement } from '../../src/shared/share.ts'
import type { WriterName } from './broken-writers.ts'
import type { StressCase } from './cases.ts'
import { saltOf } from './sample.ts'

export type Words = Int32Array<SharedArrayBuffer>

/** Each producer's words, on cache lines of their own. */
//   byte  size  type  writer      word
//     +0     4  i32   producer    samples recorded
//     +4     4  i32   producer    number of the pause it rests in, or has rested in last
//     +8     4  i32   producer    1 once it will record nothing more
//    +12     4  i32   producer    bursts recorded into an empty lane that had room for all of them
//    +16     4  i32   producer    samples dropped or summarized in such bursts
//    +20     4  i32   producer    samples in the largest batch it has published
//    +64     4  i32   reader      number of the pause it may go on from
//    +68     4  i32   supervisor  1 once its thread has been terminated
export const ProducerWord = {
  recorded: 0,
  pause: 1,
  isFinished: 2,
  fittingBursts: 3,
  refused: 4,
  largestBatch: 5,
  resumed: 16,
  isTerminated: 17,
} as const
const PRODUCER_WORDS = 32

/** Words of the case, after those of the producers. */
//   byte  size  type  writer      word
//     +0     4  i32   reader      1 while it drains nothing: waiting for room is useless
//     +4     4  i32   reader      1 once the case is given up
//     +8     4  i32   nobody      what a thread waits on that wants to sleep
const CaseWord = { isFrozen: 0, isGivenUp: 1, never: 2 } as const
const CASE_WORDS = 16

/** The clock starts before u32 or i32 wrap, or at 0. */
const CLOCK_STARTS_MS = [0, 2 ** 31 - 1_000, 2 ** 32 - 1_000]

interface CaseMemory {
  readonly control: SharedArrayBuffer
  readonly words: Words
  /** By producer. */
  readonly lanes: readonly LaneAnnouncement[]
}

/** What a thread is told of a case. */
export interface CaseTask {
  readonly stressCase: StressCase
  readonly seed: number
  readonly writerName: WriterName
  readonly memory: CaseMemory
  readonly clockStartMs: number
}

export function createTask(stressCase: StressCase, seed: number, writerName: WriterName): CaseTask {
  const { threadCount, capacity, boundary, number, isSummarizing } = stressCase
  const summaryPages = isSummarizing ? SUMMARY_PAGES_DEFAULT : 0
  const nextUniform = uniformNumbers(saltOf(seed, number, -1))
  const clockStartMs = CLOCK_STARTS_MS[Math.floor(nextUniform() * CLOCK_STARTS_MS.length)]!
  const control = createControlBlock()
  const controlWords = new Int32Array(control)
  controlWords[ControlWord.clockMs] = clockStartMs | 0
  controlWords[ControlWord.aggregatorState] = AggregatorState.running
  const lanes = Array.from({ length: threadCount }, (_, laneId): LaneAnnouncement => {
    // The boundary is met before the lane is full for the first time.
    const firstIndex = boundary === 0 ? 0 : boundary - 1 - Math.floor(nextUniform() * (capacity - 1))
    const { buffer } = createLane({ capacity, laneId, threadId: laneId + 1, firstIndex, summaryPages })
    return { type: 'lane', lane: buffer, directory: createDirectory() }
  })
  const wordCount = threadCount * PRODUCER_WORDS + CASE_WORDS
  const words = new Int32Array(new SharedArrayBuffer(wordCount * 4))
  new CaseSignals(words).isFrozen = stressCase.pace === 'frozen'
  return { stressCase, seed, writerName, memory: { control, words, lanes }, clockStartMs }
}

export function firstWordOf(producer: number): number {
  return producer * PRODUCER_WORDS
}

/** The words of the case, for any of its threads. */
export class CaseSignals {
  readonly #words: Words
  readonly #first: number

  constructor(words: Words) {
    this.#words = words
    this.#first = words.length - CASE_WORDS
  }

  get isFrozen(): boolean {
    return Atomics.load(this.#words, this.#first + CaseWord.isFrozen) === 1
  }

  set isFrozen(isFrozen: boolean) {
    Atomics.store(this.#words, this.#first + CaseWord.isFrozen, isFrozen ? 1 : 0)
  }

  get isGivenUp(): boolean {
    return Atomics.load(this.#words, this.#first + CaseWord.isGivenUp) === 1
  }

  giveUp(): void {
    Atomics.store(this.#words, this.#first + CaseWord.isGivenUp, 1)
  }

  /** Leaves the processor to others. */
  sleep(ms: number): void {
    Atomics.wait(this.#words, this.#first + CaseWord.never, 0, ms)
  }
}
