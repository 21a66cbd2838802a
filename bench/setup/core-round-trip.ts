/** How far apart two cores are: what a lane's bytes have to travel to the aggregator, and its slots back. */
import { Worker } from 'node:worker_threads'
import type { Candidate } from '../core/question.ts'

export type EchoWords = Int32Array<SharedArrayBuffer>

/** On cache lines of their own. */
export const Word = { call: 0, answer: 32 } as const
/** What the call says while the other thread sleeps. */
export const AT_REST = 0

const TRIPS_PER_RUN = 25
/** Seconds, where the two threads have to take turns on one core. */
const SPINS_MAX = 1e9

export interface CoreRoundTrip {
  readonly candidate: Candidate
  readonly end: () => Promise<number>
}

/** A word changes hands between this core and another, and back. On one processor it differs by the cores the threads
 *  happen to be on, and on a virtual machine from one minute to the next: everything that is written into memory
 *  which another core has read costs more when this does. */
export async function startCoreRoundTrip(): Promise<CoreRoundTrip> {
  const words: EchoWords = new Int32Array(new SharedArrayBuffer(256))
  const echo = new Worker(new URL('./programs/echo-thread.js', import.meta.url), { workerData: words })
  await new Promise((resolve, reject) => echo.once('online', resolve).once('error', reject))
  const candidate: Candidate = {
    name: '(a word to another core and back)',
    operationCount: TRIPS_PER_RUN,
    prepare() {
      Atomics.store(words, Word.call, 1)
      Atomics.notify(words, Word.call)
      awaitAnswer(words, 1)
    },
    run() {
      for (let call = 2; call < TRIPS_PER_RUN + 2; call += 1) {
        Atomics.store(words, Word.call, call)
        awaitAnswer(words, call)
      }
      Atomics.store(words, Word.call, AT_REST)
    },
  }
  return { candidate, end: () => echo.terminate() }
}

function awaitAnswer(words: EchoWords, call: number): void {
  for (let spin = 0; spin < SPINS_MAX; spin += 1) if (Atomics.load(words, Word.answer) === call) return
  throw new Error('the other thread does not answer')
}
