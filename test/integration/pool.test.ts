/** A Piscina pool: its threads block between tasks and are terminated in the end, and every total is exact. */
import { Piscina } from 'piscina'
import { expect, onTestFinished, test } from 'vitest'
import { eventually, liveTelemetry } from './live-telemetry.ts'

const TASK_COUNT = 40
const TASK_SAMPLES = 250

/** A pool of two threads, which ends with the test. */
function pool(options: Record<string, unknown> = {}): Piscina {
  const pool = new Piscina({
    filename: new URL('./threads/pool-task.mjs', import.meta.url).href,
    name: 'record',
    minThreads: 2,
    maxThreads: 2,
    ...options,
  })
  onTestFinished(async () => {
    await pool.destroy()
  })
  return pool
}

/** Task `index` records as many values as the others, each of its own range. */
function taskOf(index: number) {
  return {
    label: index % 4,
    values: Array.from({ length: TASK_SAMPLES }, (_, sample) => index * TASK_SAMPLES + sample),
  }
}

const SAMPLE_COUNT = TASK_COUNT * TASK_SAMPLES
const SAMPLE_SUM = (SAMPLE_COUNT * (SAMPLE_COUNT - 1)) / 2

test.each([
  ['synchronous', 'record', 'sync'],
  ['asynchronous', 'recordLater', 'sync'],
  ['synchronous, without blocking between them', 'record', 'disabled'],
] as const)('totals are exact once the tasks are done and flushed: %s', async (_, name, atomics) => {
  const telemetry = liveTelemetry()
  const tasks = pool({ workerData: { share: telemetry.share() }, atomics })
  await Promise.all(Array.from({ length: TASK_COUNT }, (_, index) => tasks.run(taskOf(index), { name })))

  // The creating thread asks: the pool's threads stand still by now, and can do nothing more.
  expect(await telemetry.flush()).toEqual({ ok: true, lost: 0, timedOut: false })
  expect(await telemetry.query('work')).toMatchObject({ total: SAMPLE_COUNT, totalSum: SAMPLE_SUM, lost: 0 })
  expect(await telemetry.query('done')).toMatchObject({ total: SAMPLE_COUNT * 2 })
  const { lanes, series } = await telemetry.snapshot()
  expect(lanes, 'tasks attach again and again, and have one lane to a thread').toHaveLength(3)
  expect(series.filter(({ metric }) => metric === 'work').map(({ total }) => total)).toEqual(
    Array(4).fill(SAMPLE_COUNT / 4),
  )
})

test('a share that comes with each task is as good as one that comes with the pool', async () => {
  const telemetry = liveTelemetry()
  const tasks = pool({ workerData: {} })
  const share = telemetry.share()
  await Promise.all(Array.from({ length: TASK_COUNT }, (_, index) => tasks.run({ ...taskOf(index), share })))
  await telemetry.flush()
  expect(await telemetry.query('work')).toMatchObject({ total: SAMPLE_COUNT, totalSum: SAMPLE_SUM, lost: 0 })
  expect((await telemetry.snapshot()).lanes).toHaveLength(3)
})

test('nothing is lost with the pool: terminated threads have published what they recorded', async () => {
  const telemetry = liveTelemetry()
  const tasks = pool({ workerData: { share: telemetry.share() } })
  await Promise.all(Array.from({ length: TASK_COUNT }, (_, index) => tasks.run(taskOf(index))))
  await tasks.destroy()
  expect(await telemetry.query('work')).toMatchObject({ total: SAMPLE_COUNT, totalSum: SAMPLE_SUM, lost: 0 })
  expect(await telemetry.query('done')).toMatchObject({ total: SAMPLE_COUNT * 2 })
  expect(await telemetry.close()).toEqual({ ok: true, lost: 0, timedOut: false })
})

test('a thread that dies in a task leaves its samples, and the one that replaces it goes on', async () => {
  const telemetry = liveTelemetry()
  const tasks = pool({ workerData: { share: telemetry.share() }, minThreads: 1, maxThreads: 1 })
  await tasks.run(taskOf(0))
  await expect(tasks.run(taskOf(1), { name: 'recordAndDie' })).rejects.toThrow()
  await tasks.run(taskOf(2))
  const expected = [0, 1, 2].flatMap(index => taskOf(index).values)
  await eventually(async () =>
    expect(await telemetry.query('work')).toMatchObject({
      total: expected.length,
      totalSum: expected.reduce((sum, value) => sum + value, 0),
    }),
  )
})
