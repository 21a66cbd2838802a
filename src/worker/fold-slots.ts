/** Folds the slots of a lane into series. Aggregator thread; the loop that every sample goes through. */
import {
  HEADER_INCREMENT,
  HEADER_TIME_UNIT,
  type LaneMemory,
  SLOTS_OFFSET_DOUBLES,
} from '../shared/memory/lane-layout.ts'
import type { Series } from '../shared/statistics/series.ts'

/** @param seriesById by entry id; without one where a metric is in conflict
 *  @returns how many were folded in: all, but those whose metric is in conflict. */
export function foldSlots(
  { doubles, capacity }: LaneMemory,
  firstIndex: number,
  count: number,
  seriesById: readonly (Series | undefined)[],
): number {
  const mask = capacity - 1
  let timeHeader = 0
  let timeMs = 0
  let orphanCount = 0
  for (let index = 0; index < count; index++) {
    const slot = SLOTS_OFFSET_DOUBLES + (((firstIndex + index) & mask) << 1)
    const header = doubles[slot]!
    let entryId = header - timeHeader
    // The time changes once a tick, so the division that splits a header is rarely needed.
    if (!(entryId >= 0 && entryId < HEADER_TIME_UNIT)) {
      timeMs = Math.floor(header / HEADER_TIME_UNIT)
      timeHeader = timeMs * HEADER_TIME_UNIT
      entryId = header - timeHeader
    }
    if (entryId < HEADER_INCREMENT) {
      const series = seriesById[entryId]
      if (series === undefined) orphanCount++
      else series.record(doubles[slot + 1]!, timeMs)
    } else {
      const series = seriesById[entryId - HEADER_INCREMENT]
      if (series === undefined) orphanCount++
      else series.increment(doubles[slot + 1]!, timeMs)
    }
  }
  return count - orphanCount
}
