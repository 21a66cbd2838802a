/** Holds what arrived to what was recorded. Pure. */
import {
  HALF,
  HALVES,
  HITS,
  LANE_SAMPLES_PER_COUNT,
  LEVEL,
  SHARED,
  sumOf,
  WORK,
  windowOf,
} from './streams.mjs'

/** @param counts what each thread has recorded, by thread
 *  @param threadIds by thread
 *  @returns each figure as it should be and as it is, where the two differ by more than is allowed */
export function compare({ counts, threadIds, snapshot, windowCapacity, inDoubtMax }) {
  const differences = []
  const expectEqual = (what, expected, found, allowed = 0) => {
    if (!(Math.abs(found - expected) <= allowed)) differences.push({ what, expected, found })
  }
  const seriesOf = (metric, thread) =>
    snapshot.series.find(
      series => series.metric === metric && (thread === undefined || series.labels.thread === `${thread}`),
    ) ?? { total: 0, totalSum: 0, lost: 0 }
  const sums = counts.map((count, thread) => sumOf(count, thread))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const totalSum = sums.reduce((sum, one) => sum + one, 0)
  const allOf = inDoubtMax * counts.length

  for (const [thread, count] of counts.entries()) {
    for (const metric of [WORK, LEVEL]) {
      const series = seriesOf(metric, thread)
      const { total, totalSum, lost, summarized = 0 } = series
      const name = `${metric}{thread=${thread}}`
      expectEqual(`${name} total`, count, total + lost, inDoubtMax)
      if (lost > 0 || inDoubtMax > 0) continue
      expectEqual(`${name} sum`, sums[thread], totalSum)
      if (summarized > 0) continue
      const window = windowOf(count, thread, windowCapacity)
      for (const [field, expected] of Object.entries(window)) {
        expectEqual(`${name} window ${field}`, expected, series[field])
      }
    }
    const lane = snapshot.lanes.find(({ threadId }) => threadId === threadIds[thread])
    if (lane === undefined)
      differences.push({ what: `lane of thread ${thread}`, expected: 'there', found: 'gone' })
    else {
      const { recorded, drained, summarized = 0, dropped, pending } = lane
      expectEqual(`lane of thread ${thread} recorded`, count * LANE_SAMPLES_PER_COUNT, recorded, inDoubtMax)
      expectEqual(`lane of thread ${thread} parts`, recorded, drained + summarized + dropped + pending)
      expectEqual(`lane of thread ${thread} pending`, 0, pending)
    }
  }
  const shared = seriesOf(SHARED)
  expectEqual(`${SHARED} total`, total, shared.total + shared.lost, allOf)
  if (shared.lost === 0 && inDoubtMax === 0) expectEqual(`${SHARED} sum`, totalSum, shared.totalSum)
  const windowSize = Math.min(windowCapacity, shared.total - (shared.summarized ?? 0))
  expectEqual(`${SHARED} window count`, windowSize, shared.count)
  // Counters in cells: nothing is ever in doubt.
  expectEqual(HITS, totalSum, seriesOf(HITS).total)
  const halves = seriesOf(HALVES)
  expectEqual(HALVES, total * HALF, halves.total + halves.lost * HALF, allOf * HALF)
  const lost = snapshot.series.reduce((sum, series) => sum + series.lost, 0)
  expectEqual('lost, of lanes and of series', lost, snapshot.lost)
  return differences
}

/** Violations that came sooner after the one before than the rate limit has it, across restarts too. */
export function limitBreaches(events, windowMs) {
  const latest = new Map()
  return events.filter(({ slo, timestamp }) => {
    const before = latest.get(slo)
    latest.set(slo, timestamp)
    return before !== undefined && timestamp - before < windowMs
  })
}
