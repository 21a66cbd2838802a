/** Every way a producing thread may end, and what is left of what it recorded. */
import { createTelemetry } from 'offloop'
import { describe, expect, test } from 'vitest'
import { eventually, liveTelemetry } from '../../integration/live-telemetry.ts'
import { ToldThread } from '../../integration/told-thread.ts'
import { RecordingThread, sumTo } from './told-tally.ts'

/** Not a multiple of a batch: the last of them are published by the thread’s end alone. */
const SAMPLES = 1_003
const RELEASE_MS_MAX = 30_000
const TEST_MS_MAX = 60_000

describe('a thread leaves everything it recorded, batches not yet published included, when it', () => {
  test.each([
    ['ends', 'end', 0],
    ['calls process.exit', 'exit', 3],
    ['throws', 'throw', 1],
    ['leaves a rejection unhandled', 'reject', 1],
  ])('%s', async (_, fate, exitCode) => {
    const telemetry = liveTelemetry()
    await telemetry.ready
    const thread = new RecordingThread(telemetry, {
      label: 'a',
      fate,
      sampleCount: SAMPLES,
      publishEvery: 64,
    })
    expect(await thread.ended).toBe(exitCode)
    await eventually(async () =>
      expect(await telemetry.query('work')).toMatchObject({
        total: SAMPLES,
        totalSum: sumTo(SAMPLES),
        lost: 0,
      }),
    )
    expect(await telemetry.query('hits')).toMatchObject({ total: SAMPLES })
    await eventually(async () => expect((await telemetry.snapshot()).lanes).toHaveLength(1))
  })
})

test('a thread that runs out of memory leaves what it had published, and takes nobody along', async () => {
  const telemetry = liveTelemetry()
  await telemetry.ready
  const thread = new RecordingThread(telemetry, {
    label: 'a',
    fate: 'out of memory',
    sampleCount: SAMPLES,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  })
  await thread.ended
  expect(thread.error).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' })
  expect(await telemetry.query('work')).toMatchObject({ total: SAMPLES, totalSum: sumTo(SAMPLES) })
  expect(await telemetry.query('hits')).toMatchObject({ total: SAMPLES })
  expect(telemetry.status.aggregator).toBe('running')
})

test('a thread that dies between announcing its lane and its adoption is adopted all the same', async () => {
  const attempts = 12
  let deadBeforeAdoptionCount = 0
  for (let attempt = 0; attempt < attempts; attempt++) {
    // There before the telemetry is, so that it is gone before the aggregator is up.
    const thread = new ToldThread()
    await thread.run(() => {})
    const telemetry = createTelemetry({ service: 'fates' })
    await thread
      .run(({ offloop }, share) => {
        const work = offloop.attachTelemetry(share).latency('work')
        for (let value = 1; value <= 500; value++) work.record(value)
      }, telemetry.share())
      .catch(() => {})
    await thread.terminate()
    if (telemetry.status.aggregator === 'booting') deadBeforeAdoptionCount += 1
    await eventually(async () =>
      expect(await telemetry.query('work')).toMatchObject({ total: 500, totalSum: sumTo(500) }),
    )
    await telemetry.close()
  }
  expect(deadBeforeAdoptionCount).toBeGreaterThan(0)
})

test('a thread that dies with marks open leaves no sample of them, and nobody else’s marks suffer', async () => {
  const telemetry = liveTelemetry()
  await telemetry.ready
  const steps = telemetry.latency('steps')
  const own = steps.markStart()
  const thread = new RecordingThread(telemetry, { label: 'a', markCount: 100, restEvery: 10 })
  await thread.hasBegun()
  await thread.terminate()
  steps.markEnd(own)
  expect(await telemetry.query('steps')).toMatchObject({ total: 1 })
  const { lanes } = await telemetry.snapshot()
  expect(lanes[0]).toMatchObject({ threadId: 0, marksRejected: 0, marksAbandoned: 0 })
})

test(
  'a thread that is silent for longer than its lease is given up, and carries on without a loss when it comes back',
  async () => {
    const telemetry = liveTelemetry()
    await telemetry.ready
    const thread = new RecordingThread(telemetry, {
      label: 'a',
      fate: 'silent for long',
      silentMs: 13_000,
      sampleCount: SAMPLES,
    })
    await thread.hasBegun()
    const laneCount = async () => (await telemetry.snapshot()).lanes.length
    await expect.poll(laneCount, { timeout: 12_500, interval: 100 }).toBe(1)
    expect(await telemetry.query('work')).toMatchObject({ total: SAMPLES })
    await thread.ended
    await eventually(async () =>
      expect(await telemetry.query('work')).toMatchObject({
        total: SAMPLES + 1,
        totalSum: sumTo(SAMPLES + 1),
        lost: 0,
      }),
    )
    expect(await telemetry.query('hits')).toMatchObject({ total: SAMPLES + 1 })
    await expect.poll(laneCount, { timeout: RELEASE_MS_MAX, interval: 100 }).toBe(1)
  },
  TEST_MS_MAX,
)
