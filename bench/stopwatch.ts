/** Takes the time of candidates, with mitata. */
import { do_not_optimize as keep, measure } from 'mitata'
import type { Candidate, Meter } from './core/question.ts'

/** Long enough for several hundred runs of what is fast. */
const CPU_TIME_NS_MIN = 60e6
/** What comes before each run takes time as well. */
const RUNS_MAX = 1_000

/** Measures candidates, and counts what they did. */
export class Stopwatch implements Meter {
  readonly #runCounts = new Map<Candidate, number>()

  /** The median run of one measurement, in nanoseconds per operation. */
  async measure(candidate: Candidate): Promise<number> {
    const countRun = () => this.#runCounts.set(candidate, (this.#runCounts.get(candidate) ?? 0) + 1)
    const { p50 } = await measure(
      // A parameter is made before each run, outside the time taken; mitata's types know of plain functions only.
      function* () {
        yield {
          [0]: () => {
            countRun()
            return candidate.prepare?.()
          },
          bench: (_prepared: unknown) => keep(candidate.run()),
        } as unknown as () => unknown
      },
      {
        min_cpu_time: CPU_TIME_NS_MIN,
        max_samples: RUNS_MAX,
        // Every run is timed by itself: candidates have loops of their own.
        batch_threshold: -1,
        // Without --expose-gc, mitata would fill a gigabyte in its place.
        gc: false,
      },
    )
    return p50 / candidate.operationCount
  }

  /** Operations that the candidate has done, since the start. */
  operationCountOf(candidate: Candidate): number {
    return (this.#runCounts.get(candidate) ?? 0) * candidate.operationCount
  }
}
