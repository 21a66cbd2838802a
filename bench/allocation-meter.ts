/** Takes what candidates leave on the heap. Needs a process started with ALLOCATION_EXEC_ARGV. */
import { GCProfiler } from 'node:v8'
import type { Candidate, Meter } from './core/question.ts'
import { spreadOf } from './core/spread.ts'

/** A young generation so large that nothing is collected while a run is measured. */
export const ALLOCATION_EXEC_ARGV: readonly string[] = [
  '--expose-gc',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
]

/** Before each measurement: until what is called is optimised, its numbers may be objects. */
const WARM_UP_MS = 100
const RUNS = 7

/** What V8 itself leaves behind now and then (code, feedback) is spread over thousands of calls, and no call's. Of the least
 *  that a call can leave, an object of 16 bytes, this shows one in a hundred. */
const TENTHS = 10

/** Measures bytes of heap per operation, and counts what candidates did. */
export class AllocationMeter implements Meter {
  readonly #runCounts = new Map<Candidate, number>()

  /** The median run: what else goes on in a process may add to one of them, or take away.
   *  @returns rounded to tenths of a byte
   *  @throws Error when there was a collection in each run: then nothing is known */
  async measure(candidate: Candidate): Promise<number> {
    const warmAtMs = performance.now() + WARM_UP_MS
    do {
      await candidate.prepare?.()
      this.#run(candidate)
    } while (performance.now() < warmAtMs)
    const grownBytes: number[] = []
    for (let run = 0; run < RUNS; run += 1) {
      await candidate.prepare?.()
      globalThis.gc!()
      const bytes = growthBytes(() => this.#run(candidate))
      if (bytes !== undefined) grownBytes.push(bytes)
    }
    if (grownBytes.length === 0)
      throw new Error(`${candidate.name}: there was a garbage collection in each of ${RUNS} runs`)
    const bytesPerCall = spreadOf(grownBytes).median / candidate.operationCount
    return Math.round(bytesPerCall * TENTHS) / TENTHS
  }

  operationCountOf(candidate: Candidate): number {
    return (this.#runCounts.get(candidate) ?? 0) * candidate.operationCount
  }

  #run(candidate: Candidate): void {
    this.#runCounts.set(candidate, (this.#runCounts.get(candidate) ?? 0) + 1)
    candidate.run()
  }
}

/** What the heap grew by, without what reading it takes.
 *  @returns undefined when some of it may have been collected */
export function growthBytes(work: () => void): number | undefined {
  const profiler = new GCProfiler()
  profiler.start()
  const readingBytes = heapBytesAround(() => {})
  const bytes = heapBytesAround(work)
  // Known at once: a PerformanceObserver would hear of it a turn of the loop later.
  const { statistics } = profiler.stop()
  return statistics.length === 0 ? bytes - readingBytes : undefined
}

function heapBytesAround(work: () => void): number {
  const before = process.memoryUsage().heapUsed
  work()
  return process.memoryUsage().heapUsed - before
}
