/** The figures that the project set itself, in the order they are listed. Pure. */
import type { DesignFigure } from '../core/question.ts'

interface Described {
  readonly what: string
  readonly reach: string
}

export const DESIGN_FIGURES: Readonly<Record<DesignFigure, Described>> = {
  record: { what: '`record()` against `createHistogram().record()`', reach: '≤ 0.3' },
  labels: { what: '`record()` with labels against prom-client / OpenTelemetry', reach: '≤ 1/30 / ≤ 1/100' },
  marks: { what: '`markStart()` + `markEnd()` against two readings of the clock', reach: '≤ 1.10' },
  counter: { what: '`counter.add(1)` against a typed-array increment', reach: '≤ 3' },
  allocation: { what: 'bytes allocated by any of these', reach: '0' },
  percentiles: { what: 'exact p50, p95, p99 of 10,000 samples against sorting', reach: '≤ 1/15' },
  drain: { what: 'draining into windows, one core', reach: '≥ 40 million samples/s' },
  million: {
    what: '1 million samples/s from the main thread for 30 s',
    reach: '0 lost; loop delay p99 with/without ≤ 1.05; aggregator ≤ 10 % of a core',
  },
  http: { what: 'HTTP server throughput, everything on / bare', reach: '≥ 0.99' },
  snapshot: {
    what: 'scrape of 10,000 series: time taken from the main thread',
    reach: '0; judged by what [counts as none](#snapshot)',
  },
  breach: { what: 'from a breach to the callback', reach: 'one tick + 5 ms, or one interval' },
  memory: { what: 'memory of 20 metrics × 10,000 samples', reach: '≤ 3 MB of samples, ≤ 10 MB in all' },
  'start-up': { what: '`createTelemetry()` / until `ready`', reach: '≤ 2 ms / ≤ 60 ms' },
}
