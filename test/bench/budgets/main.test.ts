/** The budgets as they are run, from what `npm run build` made of them: nothing is skipped where that is missing. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

const BUDGETS = fileURLToPath(new URL('../../../build/bench/budgets/main.js', import.meta.url))

beforeAll(() => {
  if (!existsSync(BUDGETS)) throw new Error(`${BUDGETS} is missing: npm run build`)
})

function runBudgets(...args: string[]) {
  return spawnSync(process.execPath, [BUDGETS, ...args], { encoding: 'utf8', timeout: 110_000 })
}

test('budgets that are broken are named in the JSON and on stderr, and end with exit code 1', () => {
  const args = ['--skip-figures', '--attempts', '1', '--limit-scale', '0.0001', '--ci', '--json']
  const { status, stdout, stderr } = runBudgets(...args)
  expect(status).toBe(1)
  const result = JSON.parse(stdout)
  expect(result).toMatchObject({ passed: false, onCI: true, factor: 2, limitScale: 0.0001, figures: [] })
  const namesOf = (reports: { name: string; passed: boolean }[]) =>
    reports.filter(({ passed }) => !passed).map(({ name }) => name)
  const broken = ['mark cycle', 'record', 'percentiles', 'checkAll']
  expect(namesOf(result.budgets)).toEqual(broken)
  expect(namesOf(result.memory.budgets)).toHaveLength(result.memory.budgets.length)
  for (const name of broken) {
    expect(stderr).toContain(`${name}: p99 is `)
    expect(result.breaches.some((breach: string) => breach.startsWith(`${name}: p99 is `))).toBe(true)
  }
  // What was measured is what was meant to be measured: it is the limits that are wrong.
  const checks = [...result.budgets, result.memory].flatMap(({ checks }) => checks)
  expect(checks.filter(({ holds }) => !holds)).toEqual([])
  expect(checks.length).toBeGreaterThan(10)
}, 120_000)

test('an option there is none of ends with exit code 2', () => {
  const { status, stdout, stderr } = runBudgets('--fast')
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain('--fast')
})

test('--help explains itself', () => {
  const { status, stdout } = runBudgets('--help')
  expect(status).toBe(0)
  expect(stdout).toContain('npm run bench:budgets --')
  expect(stdout).toContain('multiplies every limit, to see a breach')
})
