/** Who is told of what the drained lanes say. Types only. */
import type { DirectoryReader } from '../shared/memory/directory.ts'
import type { Series } from '../shared/statistics/series.ts'

export interface LaneListeners {
  /** A metric that cannot be registered: another thread gave its name to another metric. */
  readonly onConflict: (error: unknown) => void
  /** A series this thread has registered; `firstWord` is its entry in the directory. */
  readonly onSeries: (series: Series, directory: DirectoryReader, firstWord: number) => void
  /** Samples that were lost since this was last called: the lane was full, or their metric is in conflict. */
  readonly onLost: (count: number, threadId: number) => void
  /** Samples that found the lane full, and came summarized. */
  readonly onSummarized?: (count: number, threadId: number) => void
}
