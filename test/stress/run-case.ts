/** Runs one case on its threads, and ends it should it hang. Supervising thread. */
import type { Worker } from 'node:worker_threads'
import { type CaseTask, firstWordOf, ProducerWord } from './case-memory.ts'
import { totalSamplesOf } from './cases.ts'
import type { CaseReport } from './drain-case.ts'
import { noFaults } from './fault.ts'
import type { ReaderMessage } from './reader-thread.ts'
import type { StressThreads } from './stress-threads.ts'

/** A case may take so long, and so much more for each sample: a hundred times as long as it should. */
const TIMEOUT_BASE_MS = 30_000
const TIMEOUT_MS_PER_SAMPLE = 0.01

/** Never rejects: what went wrong is in the report. */
export async function runCase(threads: StressThreads, task: CaseTask): Promise<CaseReport> {
  const { stressCase } = task
  const startMs = performance.now()
  const forget: (() => void)[] = []
  try {
    return await new Promise<CaseReport>((resolve, reject) => {
      const timeoutMs = TIMEOUT_BASE_MS + totalSamplesOf(stressCase) * TIMEOUT_MS_PER_SAMPLE
      const onTimeout = () => reject(new Error(`no end after ${Math.round(timeoutMs / 1_000)} s: it hangs`))
      const timer = setTimeout(onTimeout, timeoutMs)
      forget.push(() => clearTimeout(timer))
      const listen = (thread: Worker, onMessage?: (message: ReaderMessage) => void) => {
        thread.on('error', reject)
        if (onMessage !== undefined) thread.on('message', onMessage)
        forget.push(() => thread.removeListener('error', reject))
        if (onMessage !== undefined) forget.push(() => thread.removeListener('message', onMessage))
      }
      listen(threads.reader, message => {
        if (message.type === 'report') resolve(message.report)
        else terminateProducer(threads, task, message.producer).catch(reject)
      })
      threads.reader.postMessage(task)
      for (const producer of task.memory.lanes.keys()) {
        listen(threads.producer(producer))
        threads.producer(producer).postMessage(task)
      }
    })
  } catch (error) {
    // Nobody knows what the threads are doing: the next case gets new ones.
    await threads.end()
    return brokenOff(task, error, performance.now() - startMs)
  } finally {
    for (const stop of forget) stop()
  }
}

/** Samples recorded so far, in a case that is running. */
export function recordedSoFar({ memory }: CaseTask): number {
  return [...memory.lanes.keys()].reduce(
    (sum, producer) => sum + Atomics.load(memory.words, firstWordOf(producer) + ProducerWord.recorded),
    0,
  )
}

async function terminateProducer(threads: StressThreads, task: CaseTask, producer: number): Promise<void> {
  await threads.terminateProducer(producer)
  Atomics.store(task.memory.words, firstWordOf(producer) + ProducerWord.isTerminated, 1)
}

function brokenOff(task: CaseTask, error: unknown, durationMs: number): CaseReport {
  const actual = error instanceof Error ? error.message : String(error)
  return {
    name: task.stressCase.name,
    recorded: recordedSoFar(task),
    drained: 0,
    dropped: 0,
    roundsMin: 0,
    fittingBurstsMin: 0,
    largestBatch: 0,
    hasCrossed: false,
    restartCount: 0,
    wasTerminatedInBurst: false,
    durationMs,
    faults: [{ kind: 'broken off', producer: -1, ordinal: -1, expected: 'an end', actual }],
    faultCounts: { ...noFaults(), 'broken off': 1 },
  }
}
