/** The stress run as it is run, from what `npm run build` made of it: nothing is skipped where that is missing. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

const STRESS = fileURLToPath(new URL('../../build/stress/main.js', import.meta.url))
/** Shorter than a test may take: a run that hangs is then shown as one that has failed. */
const SPAWN_MS_MAX = 50_000
const TEST_MS_MAX = 60_000
const FEW = ['--samples', '2e5']

beforeAll(() => {
  if (!existsSync(STRESS)) throw new Error(`${STRESS} is missing: npm run build`)
})

function stress(...args: string[]) {
  return spawnSync(process.execPath, [STRESS, ...args], { encoding: 'utf8', timeout: SPAWN_MS_MAX })
}

test(
  'between real threads every sample arrives once, in order and untorn, or is counted as dropped',
  () => {
    const { status, stdout, stderr } = stress(...FEW)
    expect(stderr).toBe('')
    expect(stdout).toMatch(
      /^offloop stress: \d+ cases, [\d,]+ samples, seed \d+, Node [\d.]+, \d+ processors\n/,
    )
    expect(stdout).toMatch(
      /^faults +torn 0, altered 0, reordered 0, duplicated 0, mistimed 0, unaccounted 0/m,
    )
    expect(stdout).toMatch(/^crossed 2\^32 +(\d+) of \1 cases/m)
    expect(status).toBe(0)
  },
  TEST_MS_MAX,
)

test.each([
  ['publishes-first', ['torn', 'duplicated']],
  ['overwrites', ['torn']],
  ['forgets', ['unaccounted']],
  ['refuses', ['refused']],
])(
  'a writer that %s is found out, by samples that are %j',
  (writer, kinds) => {
    const { status, stdout, stderr } = stress(...FEW, '--writer', writer, '--json', '--seed', '1')
    const { summary } = JSON.parse(stdout)
    const found = kinds.reduce((sum, kind) => sum + summary.faultCounts[kind], 0)
    expect(found).toBeGreaterThan(0)
    expect(summary.faultCounts['broken off']).toBe(0)
    expect(stderr).toMatch(new RegExp(`again: npm run stress -- .*--seed 1 --case .*--writer ${writer}`))
    expect(status).toBe(1)
  },
  TEST_MS_MAX,
)

test('a case can be run alone', () => {
  const { stdout } = stress(...FEW, '--case', '2-threads/2^6-slots/slow', '--json')
  const { cases } = JSON.parse(stdout)
  expect(cases).toHaveLength(1)
  expect(cases[0]).toMatchObject({ threadCount: 2, capacity: 64, pace: 'slow' })
})

test.each([
  [['--samples', 'many'], '--samples "many": give a whole number'],
  [['--case', 'nowhere'], '--case "nowhere": no case of this run has that in its name'],
])('%j ends with exit code 2', (args, message) => {
  const { status, stdout, stderr } = stress(...args)
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(message)
})

test('--help explains itself', () => {
  const { status, stdout } = stress('--help')
  expect(status).toBe(0)
  expect(stdout).toContain('npm run stress --')
})
