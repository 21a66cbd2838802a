/** A share of samples says what a nearest-rank percentile says: for every small number of samples, and every number of them
 *  beyond the threshold. */
import { expect, test } from 'vitest'
import { nearestRank } from '../../src/shared/statistics/nearest-rank.ts'
import { type InputSeries, PROMTOOL, playRules, rulesFor } from './promtool.ts'

const SAMPLES_MAX = 24

/** So many samples every 15 s, and so many of them up to the threshold. */
const CASES = Array.from({ length: SAMPLES_MAX }, (_, index) => index + 1).flatMap(all =>
  Array.from({ length: all + 1 }, (_, upTo) => ({ all, upTo })),
)

/** The same on two instances, so that sums have more than one part. */
const SERIES: InputSeries = Object.fromEntries(
  CASES.flatMap(({ all, upTo }) =>
    ['a', 'b'].flatMap(instance => {
      const labels = `job="shop",instance="${instance}",part="${upTo} of ${all}"`
      return [
        [`echo_seconds_bucket{${labels},le="0.06"}`, `0+${upTo}x8`],
        [`echo_seconds_bucket{${labels},le="+Inf"}`, `0+${all}x8`],
        [`echo_seconds_count{${labels}}`, `0+${all}x8`],
      ] as const
    }),
  ),
)

test.skipIf(PROMTOOL === undefined).each([
  ['p50<=60ms', 0.5],
  ['p90<=60ms', 0.9],
  ['p95<=60ms', 0.95],
  ['p99.9<=60ms', 0.999],
  ['max<=60ms', 1],
  ['min<=60ms', 0],
  ['p25>60ms', 0.25],
  ['p80>60ms', 0.8],
  ['max>60ms', 1],
  ['min>60ms', 0],
])('%s', { timeout: 60_000 }, (objective, q) => {
  const { file } = rulesFor(
    [{ metric: 'echo', objective, by: 'series', name: 'echo' }],
    [{ name: 'echo', kind: 'latency', labelNames: ['part'], buckets: [60] }],
    { forMs: 0 },
  )
  const violated = CASES.filter(({ all, upTo }) => {
    const isUpTo = nearestRank(q, all) <= upTo
    return isUpTo === objective.includes('>')
  })
  const samples = Object.fromEntries(violated.map(({ all, upTo }) => [`{part="${upTo} of ${all}"}`, 1]))
  const expr = 'count by (part) (ALERTS{alertname="OffloopSLOViolated",alertstate="firing"})'
  expect(playRules(file, SERIES, [{ expr, at: '2m', samples }])).toBe('')
})
