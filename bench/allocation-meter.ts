/** Takes what candidates leave on the heap. Needs a process started with ALLOCATION_EXEC_ARGV. */
import type { Candidate, Meter } from './core/question.ts'

/** A young generation so large that nothing is collected while a run is measured. */
export const ALLOCATION_EXEC_ARGV: readonly string[] = [
  '--expose-gc',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
]

/** Before each measurement: until what is called is optimised, its numbers may be objects. */
const WARM_UP_MS = 100
/** What else goes on in a process now and then only adds, so the least of some runs is what the call itself takes. */
const RUNS = 5

/** Measures bytes of heap per operation, and counts what candidates did. */
export class AllocationMeter implements Meter {
  readonly #runCounts = new Map<Candidate, number>()

  async measure(candidate: Candidate): Promise<number> {
    const warmAtMs = performance.now() + WARM_UP_MS
    do {
      await candidate.prepare?.()
      this.#run(candidate)
    } while (performance.now() < warmAtMs)
    let leastBytes = Number.POSITIVE_INFINITY
    for (let run = 0; run < RUNS; run += 1) {
      await candidate.prepare?.()
      globalThis.gc!()
      const readingBytes = growthBytes(() => {})
      leastBytes = Math.min(leastBytes, growthBytes(() => this.#run(candidate)) - readingBytes)
    }
    return leastBytes / candidate.operationCount
  }

  operationCountOf(candidate: Candidate): number {
    return (this.#runCounts.get(candidate) ?? 0) * candidate.operationCount
  }

  #run(candidate: Candidate): void {
    this.#runCounts.set(candidate, (this.#runCounts.get(candidate) ?? 0) + 1)
    candidate.run()
  }
}

/** What the heap grew by, what reading it takes included. */
function growthBytes(work: () => void): number {
  const before = process.memoryUsage().heapUsed
  work()
  return process.memoryUsage().heapUsed - before
}
