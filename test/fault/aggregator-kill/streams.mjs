/** What each thread of the kill program records, as a function of how many it has recorded: so what should have arrived,
 *  down to the last value of every window, can be worked out afterwards. Pure. */

export const SHARED = 'kill_shared'
export const WORK = 'kill_work'
export const LEVEL = 'kill_level'
export const HITS = 'kill_hits'
export const HALVES = 'kill_halves'
export const HALF = 0.5

/** Thread 0 is the main thread. */
export const THREAD_COUNT = 3

/** A whole number from 1 to 1,000: sums of such are exact. */
export function valueAt(ordinal, thread) {
  return ((ordinal * 7_919 + thread * 613) % 1_000) + 1
}

/** Of values 1 to `count` of a thread. */
export function sumOf(count, thread) {
  let sum = 0
  for (let ordinal = 1; ordinal <= count; ordinal++) sum += valueAt(ordinal, thread)
  return sum
}

/** Metrics as one thread registers them, and how it records its next. */
export function streamOf(telemetry, thread) {
  const work = telemetry.latency(WORK, { unit: 'ms', labelNames: ['thread'] }).labels({ thread })
  const level = telemetry.gauge(LEVEL, { labelNames: ['thread'] }).labels({ thread })
  const shared = telemetry.latency(SHARED, { unit: 'ms' })
  const hits = telemetry.counter(HITS)
  const halves = telemetry.counter(HALVES)
  let count = 0
  return {
    /** So many of each. */
    record(times) {
      for (let time = 0; time < times; time++) {
        count += 1
        const value = valueAt(count, thread)
        work.record(value)
        shared.record(value)
        level.set(value)
        hits.add(value)
        halves.add(HALF)
      }
      return count
    },
  }
}

/** Of these, four go through the lane. */
export const LANE_SAMPLES_PER_COUNT = 4

/** A rolling window over one thread's values: what its statistics have to be. */
export function windowOf(count, thread, capacity) {
  const size = Math.min(count, capacity)
  const values = Array.from({ length: size }, (_, index) => valueAt(count - size + 1 + index, thread))
  const sorted = values.toSorted((a, b) => a - b)
  const rank = q => sorted[Math.ceil(q * size) - 1]
  return {
    count: size,
    sum: values.reduce((sum, value) => sum + value, 0),
    min: sorted[0],
    max: sorted[size - 1],
    last: values.at(-1),
    p50: rank(0.5),
    p90: rank(0.9),
    p95: rank(0.95),
    p99: rank(0.99),
  }
}
