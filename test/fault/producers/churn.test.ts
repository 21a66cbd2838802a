/** Threads and pools that come and go: as many as in an hour, in seconds. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Reading } from '../../soak/reading.ts'
import { judge } from '../../soak/verdict.ts'

const CHURN = fileURLToPath(new URL('./programs/churn.mjs', import.meta.url))
/** 60 pools and 180 threads beside them: 300 threads. */
const ROUNDS = 60
/** Each thread's directory reserves this much of the address space, used or not: what is held shows there without noise.
 *  How much of it is resident is the soak run's to judge. */
const DIRECTORY_BYTES = 64 * 2 ** 20
/** Garbage is collected each time 31 lanes of the default size were let go; threads that live, and malloc, reserve too. */
const HELD_MAX = 80
const SPAWN_MS_MAX = 170_000
const TEST_MS_MAX = 180_000

type ChurnReading = Reading & { readonly virtualBytes: number }

test(
  'after hundreds of threads and pools lanes are released, memory and handles are flat, and totals are exact',
  () => {
    const args = [CHURN, `${ROUNDS}`, '1']
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: SPAWN_MS_MAX })
    expect(stderr).toBe('')
    const { counts, expected, arrived, taskSamples, lanesLeft, lines, ...read } = JSON.parse(stdout)
    const readings: ChurnReading[] = read.readings
    expect(counts).toMatchObject({ pools: ROUNDS, threads: 5 * ROUNDS })
    expect(counts.terminated).toBeGreaterThan(ROUNDS / 4)
    expect(arrived.work).toBeGreaterThanOrEqual(expected.workMin)
    expect(arrived.work).toBeLessThanOrEqual(expected.workMax)
    const { tasks, beats } = expected
    expect(arrived).toMatchObject({ task: tasks * taskSamples, tasks, beats })
    expect(lanesLeft).toBe(0)
    expect(lines).toEqual([])
    const judged = judge(readings).filter(({ quantity }) => quantity !== 'rssBytes')
    expect(judged.filter(({ flatness }) => flatness.verdict !== 'flat')).toEqual([])
    const [first] = readings
    const held = readings.map(
      ({ virtualBytes, laneCount }) => (virtualBytes - first!.virtualBytes) / DIRECTORY_BYTES - laneCount,
    )
    expect(Math.max(...held), 'memory of lanes that were let go').toBeLessThan(HELD_MAX)
  },
  TEST_MS_MAX,
)
