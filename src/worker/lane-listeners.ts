/** Who is told of what lanes and their directories say. Aggregator thread; types only. */
import type { DirectoryReader } from '../shared/memory/directory.ts'
import type { Series } from '../shared/statistics/series.ts'
import type { LaneReader } from './lane-reader.ts'

export interface LaneListeners {
  /** What cannot be registered: another thread gave its name to another metric, or it breaks the rules. */
  readonly onConflict: (error: unknown) => void
  /** A series this thread has registered; `firstWord` is its entry in the directory. */
  readonly onSeries: (series: Series, directory: DirectoryReader, firstWord: number) => void
  /** Samples that were lost since this was last called: the lane was full, or their metric is in conflict. */
  readonly onLost: (count: number, threadId: number) => void
  /** A batch was folded in. Whoever takes this decides when its slots go back to the producer: by `handBack`. Left out,
   *  they go back at once. */
  readonly onBatch?: ((lane: LaneReader) => void) | undefined
  /** Saves everything so far, in the middle of a drain: before something is done that a successor could not do again. */
  readonly saveNow?: (() => void) | undefined
  /** Samples that found the lane full, and came summarized. */
  readonly onSummarized?: (count: number, threadId: number) => void
}
