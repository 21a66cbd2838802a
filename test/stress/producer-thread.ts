/** A producing thread of the stress run: records each case's samples through a lane of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { DirectoryWriter } from '../../src/shared/memory/directory.ts'
import { LaneWord, openLane } from '../../src/shared/memory/lane-layout.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { createWriter } from './broken-writers.ts'
import { burstsOf } from './bursts.ts'
import { CaseSignals, type CaseTask, firstWordOf, ProducerWord } from './case-memory.ts'
import { OVERTIME_MS_MAX, recordingEndOf, STRESS_METRIC } from './cases.ts'
import { SERIES_COUNT, saltOf, seriesAt, valueAt } from './sample.ts'

/** Looks at the read index before the thread goes to sleep … */
const SPINS_MAX = 500
/** … so often, for so long. */
const SLEEPS_MAX = 10
const SLEEP_MS = 0.05
/** A producer that has slept this long in all, by its number of samples, presses on regardless. */
const SLEEP_NS_PER_SAMPLE = 500
const PAUSE_COUNT = 5
const RESUME_CHECK_MS = 100

const producer = workerData as number
parentPort!.on('message', (task: CaseTask) => record(task))

function record({ stressCase, seed, writerName, memory }: CaseTask): void {
  const { sampleCount, capacity, publishEvery, number } = stressCase
  const salt = saltOf(seed, number, producer)
  const { lane: laneBuffer, directory: directoryBuffer } = memory.lanes[producer]!
  const lane = openLane(laneBuffer)
  const directory = new DirectoryWriter(directoryBuffer)
  const control = new Int32Array(memory.control)
  const writer = createWriter(writerName, lane, control, directory, publishEvery)
  const signals = new CaseSignals(memory.words)
  const { words } = memory
  const recordedWord = firstWordOf(producer) + ProducerWord.recorded
  const pauseWord = firstWordOf(producer) + ProducerWord.pause
  const resumedWord = firstWordOf(producer) + ProducerWord.resumed
  const fittingBurstsWord = firstWordOf(producer) + ProducerWord.fittingBursts
  const refusedWord = firstWordOf(producer) + ProducerWord.refused
  const largestBatchWord = firstWordOf(producer) + ProducerWord.largestBatch

  const descriptor = describeMetric('gauge', STRESS_METRIC, { labelNames: ['producer', 'n'] })
  const { entryId: metricEntryId } = directory.append({ type: 'metric', descriptor })
  const entryIds = new Int32Array(SERIES_COUNT).fill(-1)
  let sleepsLeft = Math.ceil((sampleCount * SLEEP_NS_PER_SAMPLE) / (SLEEP_MS * 1e6))

  /** Series are registered with their first sample, while the reader drains: none may come before its series. */
  const entryIdOf = (series: number): number => {
    const known = entryIds[series]!
    if (known >= 0) return known
    const labelValues = [`${producer}`, `${series}`]
    const { entryId } = directory.append({ type: 'series', metricEntryId, labelValues, isOverflow: false })
    entryIds[series] = entryId
    return entryId
  }
  let publishedIndex = lane.words[LaneWord.writeIndex]!
  let largestBatch = 0
  const noteBatch = () => {
    const writeIndex = lane.words[LaneWord.writeIndex]!
    if (writeIndex === publishedIndex) return
    largestBatch = Math.max(largestBatch, (writeIndex - publishedIndex) | 0)
    publishedIndex = writeIndex
  }
  const pushSamples = (first: number, end: number) => {
    for (let ordinal = first; ordinal < end; ordinal++) {
      writer.push(entryIdOf(seriesAt(ordinal, salt)), valueAt(ordinal, salt))
      words[recordedWord] = ordinal + 1
      noteBatch()
    }
  }
  const pushSamplesStaged = (first: number, end: number) => {
    for (let ordinal = first; ordinal < end; ordinal++) {
      writer.staged[0] = valueAt(ordinal, salt)
      writer.pushStaged(entryIdOf(seriesAt(ordinal, salt)))
      words[recordedWord] = ordinal + 1
      noteBatch()
    }
  }
  const hasRoom = (fillMax: number) => {
    const readIndex = Atomics.load(lane.words, LaneWord.readIndex)
    return ((lane.words[LaneWord.writeIndex]! - readIndex) | 0) <= fillMax
  }
  const awaitRoom = (fillMax: number) => {
    for (let spin = 0; spin < SPINS_MAX; spin++) if (hasRoom(fillMax)) return
    for (let sleep = 0; sleep < SLEEPS_MAX && sleepsLeft > 0 && !signals.isFrozen; sleep++) {
      sleepsLeft -= 1
      signals.sleep(SLEEP_MS)
      if (hasRoom(fillMax)) return
    }
  }
  const refusedCount = () => lane.words[LaneWord.dropped]! + lane.words[LaneWord.summarized]!
  /** The reader counts while this thread rests. */
  const pause = () => {
    writer.publish()
    const pauseNumber = Atomics.add(words, pauseWord, 1) + 1
    while (Atomics.load(words, resumedWord) !== pauseNumber && !signals.isGivenUp) {
      Atomics.wait(words, resumedWord, pauseNumber - 1, RESUME_CHECK_MS)
    }
  }

  const nextBurst = burstsOf(stressCase, salt)
  const recordingEnd = recordingEndOf(stressCase, producer)
  const samplesPerPause = Math.ceil(sampleCount / PAUSE_COUNT)
  let ordinal = 0
  // A lane that was drained to empty takes as many samples as it has slots, whatever it had to drop before.
  let mustFit = hasRoom(0)
  let overtimeEndMs = Number.POSITIVE_INFINITY
  while (ordinal < recordingEnd && !signals.isGivenUp) {
    const nextPause = Math.min(sampleCount, ordinal - (ordinal % samplesPerPause) + samplesPerPause)
    // Nobody waits for the pauses of a producer that records on to be terminated in the middle of a burst.
    const pauseAt = Math.min(recordingEnd, ordinal < sampleCount ? nextPause : recordingEnd)
    const { length, isStaged, afterwards, fillMax } = nextBurst()
    const end = Math.min(ordinal + (mustFit ? capacity : length), pauseAt)
    const refusedBefore = refusedCount()
    if (isStaged) pushSamplesStaged(ordinal, end)
    else pushSamples(ordinal, end)
    ordinal = end
    words[largestBatchWord] = largestBatch
    if (mustFit) {
      words[refusedWord]! += refusedCount() - refusedBefore
      words[fittingBurstsWord]! += 1
      mustFit = false
    }
    if (ordinal === pauseAt) {
      pause()
      mustFit = hasRoom(0)
      if (ordinal === sampleCount) overtimeEndMs = performance.now() + OVERTIME_MS_MAX
    } else if (performance.now() > overtimeEndMs) {
      // Nobody came to terminate it.
      pause()
      break
    } else if (afterwards === 'publish') writer.publish()
    else if (afterwards === 'await room') awaitRoom(fillMax)
  }
  Atomics.store(words, firstWordOf(producer) + ProducerWord.isFinished, 1)
}
