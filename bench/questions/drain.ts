/** How many samples a second can the aggregator take in? */
import type { Candidate, Question, Row } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { createFullLane } from '../setup/full-lane.ts'

const LANE_CAPACITY = 65_536
const WINDOW_CAPACITY = 10_000
const SERIES_COUNTS = [1, 20, 1_000] as const
const SAMPLES_PER_S_MIN = 40e6

export const drain: Question = {
  name: 'drain',
  asks: 'how many samples a second does one core drain into windows?',
  group: 'cost',
  async answer(context) {
    const lanes = SERIES_COUNTS.map(seriesCount => createDrain(seriesCount))
    const drains = lanes.map(lane => lane.candidate)
    const figures = await measureRounds(drains, context)
    return {
      unit: 'samples/s',
      rows: drains.map(
        (one): Row => ({
          name: one.name,
          figures: figures.get(one)!.map(nsPerSample => 1e9 / nsPerSample),
          goal: { of: 'figure', bound: 'at least', limit: SAMPLES_PER_S_MIN, figure: 'drain' },
        }),
      ),
      checks: lanes.map(({ candidate, drainedCount, filledBeforeCount }) => ({
        what: `drained ${candidate.name}`,
        expected: context.meter.operationCountOf(candidate) + filledBeforeCount,
        actual: drainedCount(),
      })),
    }
  },
}

/** A full lane of samples, of series in no order, is drained as the aggregator does it: into windows, time slices and
 *  totals. Writer and reader are on one thread, so the lane is in its cache. */
function createDrain(seriesCount: number) {
  const lane = createFullLane({
    capacity: LANE_CAPACITY,
    windowCapacity: WINDOW_CAPACITY,
    seriesCount,
  })
  // Windows that are full already: the usual case, and the one that touches the most memory.
  const filledBeforeCount = lane.drainUntilWindowsAreFull()
  const candidate: Candidate = {
    name: seriesCount === 1 ? 'into 1 series' : `into ${seriesCount.toLocaleString('en')} series`,
    operationCount: LANE_CAPACITY,
    prepare: () => lane.fill(),
    run: () => lane.drain(),
  }
  return { candidate, filledBeforeCount, drainedCount: lane.drainedCount }
}
