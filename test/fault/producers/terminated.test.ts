/** Threads that are terminated in the middle of a write, again and again: their samples are counted up to what was
 *  published, those of all others to the last, and their lanes are released. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { loggedTelemetry } from '../../integration/live-telemetry.ts'
import { Random } from '../../soak/random.ts'
import { RecordingThread, sumTo } from './told-tally.ts'

const TERMINATIONS = 100
const AT_ONCE = 4
const TEST_MS_MAX = 120_000
/** A silent lane is kept for eleven seconds. */
const RELEASE_MS_MAX = 30_000

test(
  `${TERMINATIONS} threads are terminated at random moments, and not one sample is torn, missing or invented`,
  async () => {
    const { telemetry, lines } = loggedTelemetry({ laneCapacity: 4_096, windowCapacity: 100 })
    const random = new Random(20_261_121)
    await telemetry.ready
    const witness = new RecordingThread(telemetry, { label: 'witness', restEvery: 20 })
    const onMain = telemetry.latency('work', { labelNames: ['thread'] }).labels({ thread: 'main' })
    const expected = { hits: 0, hitsMax: 0, main: 0 }
    let midWriteCount = 0
    for (let first = 0; first < TERMINATIONS; first += AT_ONCE) {
      const threads = Array.from({ length: AT_ONCE }, (_, index) => {
        // Every other one never rests, and fills its lane; the others lose nothing.
        const label = `${first + index}`
        return {
          label,
          thread: new RecordingThread(telemetry, { label, restEvery: index % 2 === 0 ? 0 : 100 }),
        }
      })
      await Promise.all(
        threads.map(async ({ thread }) => {
          await thread.hasBegun()
          await sleep(random.whole(0, 15))
          await thread.terminate()
        }),
      )
      for (let value = 1; value <= 50; value++) onMain.record(++expected.main)
      const { lanes } = await telemetry.snapshot()
      for (const { label, thread } of threads) {
        const { begunCount, doneCount, hitCount, threadId } = thread
        midWriteCount += begunCount - doneCount
        expected.hits += hitCount
        expected.hitsMax += doneCount
        const inDoubt = [doneCount, begunCount]
        const { total, totalSum, lost } = await telemetry.query('work', { labels: { thread: label } })
        expect(inDoubt, `samples of thread ${label}`).toContain(total + lost)
        // A torn or foreign value, or one that came twice, would show in the sum.
        // Of a full lane one sample may be counted whose value the thread did not live to add.
        const { summarized } = lanes.find(known => known.threadId === threadId)!
        const sums = summarized === 0 ? [sumTo(total)] : [sumTo(total), sumTo(total - 1)]
        if (lost === 0) expect(sums).toContain(totalSum)
        const lane = lanes.find(known => known.threadId === threadId)!
        expect(inDoubt, `samples of the lane of thread ${label}`).toContain(lane.recorded)
        expect(lane.pending).toBe(0)
      }
    }
    expect(midWriteCount, 'some were terminated in the middle of a call').toBeGreaterThan(0)

    await witness.terminate()
    const { total, lost } = await telemetry.query('work', { labels: { thread: 'witness' } })
    expect(lost).toBe(0)
    expect([witness.doneCount, witness.begunCount]).toContain(total)
    expect(await telemetry.query('work', { labels: { thread: 'main' } })).toMatchObject({
      total: expected.main,
      totalSum: sumTo(expected.main),
      lost: 0,
    })
    const hits = await telemetry.query('hits')
    expect(hits.total).toBeGreaterThanOrEqual(expected.hits + witness.hitCount)
    expect(hits.total).toBeLessThanOrEqual(expected.hitsMax + witness.doneCount)
    await expect
      .poll(async () => (await telemetry.snapshot()).lanes.length, { timeout: RELEASE_MS_MAX, interval: 200 })
      .toBe(1)
    expect((await telemetry.query('hits')).total, 'and nothing is taken twice when they go').toBe(hits.total)
    expect(lines.filter(line => !/^offloop: \d+ samples? of thread/.test(line))).toEqual([])
  },
  TEST_MS_MAX,
)
