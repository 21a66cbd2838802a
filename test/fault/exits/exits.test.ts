/** Real processes that end in every way there is: what was recorded is in the snapshot file, or what is missing is said; and
 *  the process ends as it would without offloop. */
import { describe, expect, test } from 'vitest'
import { readText } from '../../structure/tree.ts'
import { runWayOut } from './run-way-out.ts'
import { WAYS_OUT } from './ways-out.ts'

describe.concurrent('ways out', () => {
  test.each(WAYS_OUT.map(row => [row.name, row] as const))('%s', { timeout: 60_000 }, async (_, row) => {
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

test('docs/reliability.md promises what is tested here, row by row', () => {
  const text = readText('docs/reliability.md')
  const start = text.indexOf('\n## Every way out\n')
  const end = text.indexOf('\n## ', start + 1)
  const section = text.slice(start, end < 0 ? undefined : end)
  const rows = [...section.matchAll(/^\| (.+?) \|/gm)].map(([, name]) => name)
  expect(rows.slice(1)).toEqual(WAYS_OUT.map(({ name }) => name))
})
