/** The name someone probably meant. */

/** Pairs of letters compared at most, some tens of milliseconds: thousands of long names would take seconds. */
const PAIRS_MAX = 2_000_000

/** The known name that takes the fewest edits to reach, if that is at most a third of its letters.
 *  For error messages: O(names × length²), and bounded: beyond that the rest of the names is not looked at. */
export function closestName(wanted: string, names: Iterable<string>): string | undefined {
  let closest: string | undefined
  let editsMin = Number.POSITIVE_INFINITY
  let pairCount = 0
  for (const name of names) {
    // So many letters more or less take as many edits: a text of a megabyte is compared with nothing.
    if (Math.abs(wanted.length - name.length) > name.length / 3) continue
    pairCount += wanted.length * name.length
    if (pairCount > PAIRS_MAX) break
    const edits = editCount(wanted.toLowerCase(), name.toLowerCase())
    if (edits > name.length / 3 || edits >= editsMin) continue
    closest = name
    editsMin = edits
  }
  return closest
}

/** Insertions, removals, replacements and swaps of neighbours that turn one text into the other.
 *  @see Damerau 1964, Levenshtein 1965 */
function editCount(from: string, to: string): number {
  let beforePrevious: readonly number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const swapped = isSwap && row > 1 && column > 1 ? beforePrevious[column - 2]! + 1 : replaced
      current.push(Math.min(replaced, swapped, previous[column]! + 1, current[column - 1]! + 1))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length]!
}
