import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'
import { expect, test } from 'vitest'

interface Seen {
  readonly status: number
  readonly readyStatus: number
  readonly healthStatus: number
  readonly work: number
  readonly lines: number
}

const SERIES = 10_000
const SCRAPES = 3
const PATIENCE_MS = 40_000
const READY_MS_MAX = 15_000

test('while the application is blocked, 10,000 series are scraped, and other threads are drained meanwhile', async () => {
  const telemetry = createTelemetry({
    service: 'blocked',
    maxSeriesPerMetric: SERIES,
    http: { port: 0, heartbeatTimeoutMs: 500 },
    log: false,
  })
  const { url } = await telemetry.ready
  const took = telemetry.latency('took', { labelNames: ['route'] })
  for (let index = 0; index < SERIES; index += 1) took.labels({ route: `/route/${index}` }).record(index)
  await telemetry.flush()
  const words = new Int32Array(new SharedArrayBuffer(8))
  const working = new Worker(new URL('./working-thread.mjs', import.meta.url), {
    workerData: telemetry.share(),
  })
  const scraping = new Worker(new URL('./scraping-thread.mjs', import.meta.url), {
    workerData: { url, words },
  })
  try {
    await Promise.all([once(working, 'message'), once(scraping, 'message')])
    const answer = once(scraping, 'message')
    const endMs = performance.now() + PATIENCE_MS
    while (Atomics.load(words, 0) < SCRAPES && performance.now() < endMs) {
      // The application is busy.
    }
    Atomics.store(words, 1, 1)
    const [blocked] = (await answer) as [Seen[]]
    expect(blocked.length).toBeGreaterThanOrEqual(SCRAPES)
    for (const seen of blocked.slice(0, SCRAPES)) {
      expect([seen.status, seen.readyStatus, seen.healthStatus]).toEqual([200, 503, 200])
      // 14 bounds and the infinite one, sum and count; headings and the pipeline's own besides.
      expect(seen.lines).toBeGreaterThan(SERIES * 17)
    }
    const work = blocked.map(seen => seen.work)
    expect(work).toEqual([...work].sort((a, b) => a - b))
    expect(work.at(-1)).toBeGreaterThan(work[0]!)
    const { lost, summarized } = await telemetry.snapshot()
    expect([lost, summarized]).toEqual([0, 0])
    // A busy machine takes its time to beat again, and to answer.
    await expect
      .poll(async () => (await fetch(`${url}/ready`)).status, { timeout: READY_MS_MAX, interval: 200 })
      .toBe(200)
  } finally {
    await Promise.all([working.terminate(), scraping.terminate()])
    await telemetry.close()
  }
}, 90_000)
