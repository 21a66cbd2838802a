/** The bench as it is run, from what `npm run build` made of it: nothing is skipped where that is missing. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

const BENCH = fileURLToPath(new URL('../../build/bench/main.js', import.meta.url))

beforeAll(() => {
  if (!existsSync(BENCH)) throw new Error(`${BENCH} is missing: npm run build`)
})

function bench(...args: string[]) {
  return spawnSync(process.execPath, [BENCH, ...args], { encoding: 'utf8', timeout: 60_000 })
}

test('one short round of a question gives one JSON object, whose checks hold', () => {
  const { status, stdout, stderr } = bench('counter', '--rounds', '1', '--json')
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const { machine, roundCount, questions } = JSON.parse(stdout)
  expect(machine).toMatchObject({ node: process.versions.node, cpu: expect.any(String) })
  expect(roundCount).toBe(1)
  expect(questions).toHaveLength(1)
  const [{ name, unit, candidates, checks }] = questions
  expect([name, unit]).toEqual(['counter', 'ns'])
  expect(candidates).toHaveLength(5)
  for (const { figure, rounds } of candidates) {
    expect(figure.median).toBeGreaterThan(0)
    expect(rounds).toEqual([figure.median])
  }
  expect(candidates[1].goal).toMatchObject({ of: 'ratio', bound: 'at most', limit: 3 })
  expect(checks.every((check: { holds: boolean }) => check.holds)).toBe(true)
}, 60_000)

test('a question there is none of ends with exit code 2 and the names of those there are', () => {
  const { status, stdout, stderr } = bench('speed')
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(
    'choose from record, call-sites, labels, marks, counter, allocation, percentiles, drain, check-all, bus, breach, start-up, memory, loop',
  )
})

test('--help explains itself', () => {
  const { status, stdout } = bench('--help')
  expect(status).toBe(0)
  expect(stdout).toContain('npm run bench --')
})
