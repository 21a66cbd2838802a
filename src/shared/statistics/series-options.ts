/** What a series is made with. Types only. */
import type { Clock } from '../clock.ts'
import type { BucketBounds } from './explicit-buckets.ts'
import type { StatisticsMemory } from './statistics-memory.ts'

export interface SeriesOptions {
  readonly clock: Clock
  readonly windowCapacity: number
  /** Whether it stands for all series beyond the limit. Default false. */
  readonly isOverflow?: boolean
  /** Where samples and closed slices lie. Default: the heap. */
  readonly memory?: StatisticsMemory | undefined
  /** Of the histogram that exporters show. Default: it has none. */
  readonly bounds?: BucketBounds | undefined
}
