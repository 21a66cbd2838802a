/** Without a listener violations are said on stderr: at once, once with the way to silence them, and not when silenced. */
import { describe, expect, test } from 'vitest'
import { runProgram } from './program.ts'

const VIOLATION = /^offloop: SLO violated: echo p95<60ms: p95 is 100 ms, should be < 60 ms/
const HINT = 'nobody listens to the bus'

/** What a program said before its thread was blocked no longer, and what after. */
async function said(mode: string) {
  const { code, stdout, stderr } = await runProgram('violates.mjs', JSON.stringify({ mode }))
  expect(code).toBe(0)
  const [before, after] = stderr
    .split('-- unblocked\n')
    // On a busy machine a check may take long, which is said as well.
    .map(text => text.split('\n').filter(line => line !== '' && !line.startsWith('offloop: a check of')))
  return { before: before!, after: after!, ...(JSON.parse(stdout) as { lines: string[]; events: number }) }
}

describe('violations that nobody listens to', () => {
  test('are written while the main thread is blocked, with the hint once', async () => {
    const { before, after } = await said('default')
    expect(before[0]).toMatch(VIOLATION)
    expect(before[1]).toContain(HINT)
    expect(before[1]).toContain('log: false')
    expect(before.length).toBeGreaterThan(5)
    expect([...before, ...after].filter(line => line.includes(HINT))).toHaveLength(1)
    expect([...before, ...after].filter(line => VIOLATION.test(line)).length).toBe(
      before.length + after.length - 1,
    )
  })

  test('are not written with log: false', async () => {
    const { before, after, lines } = await said('silent')
    expect([before, after, lines]).toEqual([[], [], []])
  })

  test('go to the log function instead, with the hint once', async () => {
    const { before, after, lines } = await said('function')
    expect([before, after]).toEqual([[], []])
    expect(lines[0]).toMatch(VIOLATION)
    expect(lines.filter(line => line.includes(HINT))).toHaveLength(1)
  })

  test.each(['listener', 'publish'])('are not written when there is a %s', async mode => {
    const { before, after, events } = await said(mode)
    expect([before, after]).toEqual([[], []])
    if (mode === 'listener') expect(events).toBeGreaterThan(5)
  })
})
