/** Real processes that end in every way there is: what was recorded is in the snapshot file, or what is missing is said; and
 *  the process ends as it would without offloop. */
import { describe, expect, test } from 'vitest'
import { runWayOut } from './run-way-out.ts'
import { WAYS_OUT } from './ways-out.ts'

describe.concurrent('ways out', () => {
  test.each(WAYS_OUT)('$name', { timeout: 60_000 }, async row => {
    const end = await runWayOut(row)
    row.check(end)
    const bare = await runWayOut(row, { bare: true })
    if (row.differs !== 'signal') {
      expect({ code: end.code, signal: end.signal }).toEqual({ code: bare.code, signal: bare.signal })
    }
    if (row.differs !== 'stderr') expect(comparable(end.stderr)).toBe(comparable(bare.stderr))
  })
})

/** Without the lines of Node's own code: which branch of `emit` runs depends on how many listeners there are. */
function comparable(stderr: string): string {
  return stderr.replaceAll(/\(node:events:[\d:]+\)/g, '(node:events)')
}
