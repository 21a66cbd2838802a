/** The name someone probably meant. */

/** Names compared at most: the rest goes unsuggested, for thousands of long ones would take seconds. */
const COMPARED_MAX = 1_000

/** The known name that takes the fewest edits to reach, if that is at most a third of its letters.
 *  For error messages: O(names × length²). */
export function closestName(wanted: string, names: Iterable<string>): string | undefined {
  let closest: string | undefined
  let editsMin = Number.POSITIVE_INFINITY
  let compared = 0
  for (const name of names) {
    // So many letters more or less take as many edits: a text of a megabyte is compared with nothing.
    if (Math.abs(wanted.length - name.length) > name.length / 3) continue
    if (compared++ === COMPARED_MAX) break
    const edits = editCount(wanted.toLowerCase(), name.toLowerCase())
    if (edits > name.length / 3 || edits >= editsMin) continue
    closest = name
    editsMin = edits
  }
  return closest
}

/** Insertions, removals and replacements that turn one text into the other.
 *  @see Levenshtein 1965 */
function editCount(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[to.length]!
}
