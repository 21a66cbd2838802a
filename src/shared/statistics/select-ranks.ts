/** Selects ranks among values of which many lie close together: the inside of a log-bucket. */
import { RankSearch } from './rank-search.ts'

const CELL_COUNT = 1_024
/** So few values are sorted by insertion. */
const INSERTION_MAX = 48
/** Each level divides the span of the values by CELL_COUNT. The float64s of a log-bucket are 2^45 steps apart at
 *  most, so five levels tell them all apart. Only the outermost buckets and the two in the middle are wider, and
 *  there values of different octaves are simply sorted. */
const LEVELS_MAX = 5

interface Level {
  readonly search: RankSearch
  readonly counts: Int32Array
  cellIds: Uint16Array
}

const levels: Level[] = []

/** The values of the given ranks, exact. Linear whatever the values are: they are spread over cells of equal width,
 *  and only the cells with a wanted rank are looked into.
 *  @param values finite; they may be rearranged
 *  @param ranks from 1, ascending */
export function selectRanks(values: Float64Array, ranks: readonly number[], depth = 0): readonly number[] {
  if (values.length <= INSERTION_MAX) sortByInsertion(values)
  else {
    const { min, max } = extremesOf(values)
    if (min === max) return ranks.map(() => min)
    const cellsPerUnit = (CELL_COUNT - 1) / (max - min)
    const isWithinOctave = max - min <= Math.min(Math.abs(min), Math.abs(max))
    if (isWithinOctave && cellsPerUnit < Number.POSITIVE_INFINITY && depth < LEVELS_MAX) {
      return selectInCells(values, ranks, min, cellsPerUnit, depth)
    }
    values.sort()
  }
  return ranks.map(rank => values[rank - 1]!)
}

function selectInCells(
  values: Float64Array,
  ranks: readonly number[],
  min: number,
  cellsPerUnit: number,
  depth: number,
): readonly number[] {
  const level = levelAt(depth, values.length)
  const { search, counts, cellIds } = level
  counts.fill(0)
  spread(values, min, cellsPerUnit, counts, cellIds)
  search.start(ranks)
  search.scan(counts, 0, CELL_COUNT)
  search.prepare()
  search.gather(values, cellIds, values.length)
  return search.finish((stretch, stretchRanks) => selectRanks(stretch, stretchRanks, depth + 1))
}

/** Finds each value's cell, and counts the values of each cell. */
function spread(
  values: Float64Array,
  min: number,
  cellsPerUnit: number,
  counts: Int32Array,
  cellIds: Uint16Array,
): void {
  for (let index = 0; index < values.length; index += 1) {
    const cell = ((values[index]! - min) * cellsPerUnit) | 0
    cellIds[index] = cell
    counts[cell]! += 1
  }
}

/** The level's memory: a search must not be disturbed by the searches inside it. */
function levelAt(depth: number, valueCount: number): Level {
  levels[depth] ??= {
    search: new RankSearch(CELL_COUNT),
    counts: new Int32Array(CELL_COUNT),
    cellIds: new Uint16Array(0),
  }
  const level = levels[depth]
  if (level.cellIds.length < valueCount) level.cellIds = new Uint16Array(valueCount)
  return level
}

function extremesOf(values: Float64Array): { min: number; max: number } {
  let min = values[0]!
  let max = min
  let otherMin = min
  let otherMax = min
  // Two of each: a comparison need not wait for the one before it.
  for (let index = 1; index < values.length; index += 2) {
    const value = values[index]!
    const other = values[Math.min(index + 1, values.length - 1)]!
    if (value < min) min = value
    if (value > max) max = value
    if (other < otherMin) otherMin = other
    if (other > otherMax) otherMax = other
  }
  return { min: Math.min(min, otherMin), max: Math.max(max, otherMax) }
}

function sortByInsertion(values: Float64Array): void {
  for (let end = 1; end < values.length; end += 1) {
    const value = values[end]!
    let index = end
    for (; index > 0 && values[index - 1]! > value; index -= 1) values[index] = values[index - 1]!
    values[index] = value
  }
}
