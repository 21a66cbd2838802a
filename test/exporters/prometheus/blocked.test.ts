import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'
import { expect, test } from 'vitest'

interface Seen {
  readonly status: number
  readonly readyStatus: number
  readonly healthStatus: number
  readonly heartbeatAgeSeconds: number
  readonly work: number
  readonly lines: number
}

test('while the application is blocked, 10,000 series are scraped, and other threads are drained meanwhile', async () => {
  const telemetry = createTelemetry({
    service: 'blocked',
    maxSeriesPerMetric: 10_000,
    http: { port: 0, heartbeatTimeoutMs: 500 },
    log: false,
  })
  const { url } = await telemetry.ready
  const took = telemetry.latency('took', { labelNames: ['route'] })
  for (let index = 0; index < 10_000; index += 1) took.labels({ route: `/route/${index}` }).record(index)
  await telemetry.flush()
  const thread = new Worker(new URL('./working-thread.mjs', import.meta.url), {
    workerData: telemetry.share(),
  })
  const scraper = fork(fileURLToPath(new URL('./scraping-process.mjs', import.meta.url)), [url!])
  try {
    await Promise.all([once(thread, 'message'), once(scraper, 'message')])
    const answer = once(scraper, 'message')
    const endMs = performance.now() + 5_000
    while (performance.now() < endMs) {
      // The application is busy.
    }
    scraper.send('stop')
    const [all] = (await answer) as [Seen[]]
    const blocked = all.filter(({ heartbeatAgeSeconds }) => heartbeatAgeSeconds > 0.5)
    expect(blocked.length).toBeGreaterThan(1)
    for (const seen of blocked) {
      expect(seen.status).toBe(200)
      expect(seen.healthStatus).toBe(200)
      // 14 bounds and the infinite one, sum and count; headings and the pipeline's own besides.
      expect(seen.lines).toBeGreaterThan(10_000 * 17)
    }
    expect(blocked.some(({ readyStatus }) => readyStatus === 503)).toBe(true)
    const work = blocked.map(seen => seen.work)
    expect(work).toEqual([...work].sort((a, b) => a - b))
    expect(work.at(-1)).toBeGreaterThan(work[0]!)
    const { lost, summarized } = await telemetry.snapshot()
    expect([lost, summarized]).toEqual([0, 0])
    expect((await (await fetch(`${url}/ready`)).json()) as object).toMatchObject({ status: 'ready' })
  } finally {
    scraper.kill()
    await thread.terminate()
    await telemetry.close()
  }
}, 60_000)
