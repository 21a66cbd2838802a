/** The aggregator is killed at any moment, under load, and nothing is lost, nothing counted twice: totals, sums, windows,
 *  counters, lanes and the rate limit of violations are what they would have been. `kills.mjs` is for hundreds. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { TOPICS } from '../../../src/shared/topics.ts'

const PROGRAM = fileURLToPath(new URL('./program.mjs', import.meta.url))
const SPAWN_MS_MAX = 50_000
const TEST_MS_MAX = 60_000

function run(...args: string[]) {
  const spawned = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', timeout: SPAWN_MS_MAX })
  expect(spawned.stderr).toBe('')
  return { code: spawned.status, ...JSON.parse(spawned.stdout) }
}

test(
  'an aggregator that is left alone has everything, to the last value of each window',
  () => {
    const { code, differences, counts } = run('--kills', '0')
    expect(differences).toEqual([])
    expect(counts).toHaveLength(3)
    expect(code).toBe(0)
  },
  TEST_MS_MAX,
)

test(
  'a single sample that is missing is found, in its series, its window, its lane and the counters',
  () => {
    const { code, differences } = run('--kills', '0', '--miscount', '1')
    const found = differences.map(({ what }: { what: string }) => what)
    expect(found).toEqual(
      expect.arrayContaining([
        'kill_work{thread=0} total',
        'kill_work{thread=0} sum',
        'kill_work{thread=0} window last',
        'lane of thread 0 recorded',
        'kill_shared total',
        'kill_hits',
        'kill_halves',
      ]),
    )
    expect(code).toBe(1)
  },
  TEST_MS_MAX,
)

const IS_RESTARTED = (TOPICS as readonly string[]).includes('perf.aggregator_restarted')

describe.runIf(IS_RESTARTED)('killed three times, and told of each time, it goes on where it was:', () => {
  test.each(['terminate', 'throw', 'reject', 'exit', 'out of memory', 'hang', 'exit before a store'])(
    '%s',
    way => {
      const { code, differences, kills } = run('--kills', '3', '--ways', way, '--seed', '11')
      expect(differences).toEqual([])
      expect(kills).toHaveLength(3)
      expect(code).toBe(0)
    },
    TEST_MS_MAX,
  )

  test(
    'lanes that fill up meanwhile lose nothing that is not counted',
    () => {
      const { differences } = run('--kills', '4', '--lane-capacity', '256', '--seed', '5')
      expect(differences).toEqual([])
    },
    TEST_MS_MAX,
  )

  test(
    'four deaths within a minute are what the restart policy allows',
    () => {
      const { differences, status } = run('--kills', '4', '--paced', '--ways', 'terminate,throw')
      expect(differences).toEqual([])
      expect(status.aggregator).toBe('running')
    },
    TEST_MS_MAX,
  )
})
