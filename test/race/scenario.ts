/** What a case explores: a lane, and what its two threads do with it. */

/** Records one sample; registers a further series, which the samples after it name; publishes; beats; closes the lane. */
export type ProducerStep = 'push' | 'register' | 'publish' | 'beat' | 'close'

/** A tick takes the wake-up word back and drains; `hear` takes an announcement in, if the lane has been announced again;
 *  the others are what may happen between two ticks. As in production, the clock moves between a notice and the last
 *  tick after it: a thread that sees it stand still does not look at its lease. */
export type AggregatorStep = 'tick' | 'clock' | 'adopt' | 'retire' | 'hear' | 'closeTelemetry' | 'account'

export interface Scenario {
  readonly name: string
  readonly capacity: number
  readonly firstIndex: number
  readonly publishEvery: number
  /** Samples pushed, and drained, before everything else: within one tick of the clock, so that batches have grown. */
  readonly drained?: number
  /** Samples pushed before the first explored step: so the constants that ship can be met by a short program. */
  readonly prefilled?: number
  /** Pages of the lane's summary; without any a full lane drops. */
  readonly summaryPages?: number
  /** Samples pushed after those, which found the lane full. */
  readonly summarized?: number
  /** Series the samples go to, in turn. */
  readonly seriesCount?: number
  readonly producer: readonly ProducerStep[]
  readonly aggregator: readonly AggregatorStep[]
  /** What a successor does, with a memory of its own, after the first aggregator died: at any step whatever. */
  readonly successor?: readonly AggregatorStep[]
  /** Indices hold the number of a slot and no more: for the mutant whose code has them so. */
  readonly isIndexNarrow?: boolean
}

/** The count of samples that an index stands for.
 *  @param from a count it is not below, and by less than what an index can tell apart */
export function countOf(
  { firstIndex, capacity, isIndexNarrow }: Scenario,
  index: number,
  from: number,
): number {
  return isIndexNarrow === true
    ? from + ((index - firstIndex - from) & (capacity - 1))
    : (index - firstIndex) | 0
}

/** Samples to a drained batch, where the constants are scaled down, and as they ship. */
export const BATCH_SAMPLES_SCALED = 2
export const BATCH_SAMPLES_SHIPPED = 4_096

/** A step of a thread's program never takes more accesses than this, whatever the other thread does. */
export const producerAccessesMax = ({ summaryPages = 0 }: Scenario): number => (summaryPages > 0 ? 80 : 19)
export const aggregatorAccessesMax = ({ capacity, summaryPages = 0 }: Scenario): number =>
  40 + capacity * 8 + (summaryPages > 0 ? 400 : 0)

export interface Sample {
  readonly series: number
  readonly value: number
  readonly timeMs: number
}

/** Both words of a slot follow from the sample's ordinal: a torn or misplaced one does not look like any. */
export const sampleOf = (ordinal: number, seriesCount: number): Sample => ({
  series: ordinal % seriesCount,
  value: 100.5 + ordinal,
  timeMs: 0,
})
