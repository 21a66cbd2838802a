/** Exemplars from threads that record, through a real aggregator, to an extension: over its death, and that of a thread. */
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry } from '../../../src/index.ts'
import type { Exemplar } from '../../../src/shared/extension/extension.ts'
import { ToldThread } from '../told-thread.ts'

const MODULE = new URL('./exemplars.mjs', import.meta.url).href
const [HERE, THERE] = ['0af7651916cd43dd8448eb211c80319c', '4bf92f3577b34da6a3ce929d0e0e4736']
const SPAN = '00f067aa0ba902b7'

test('the latest of each bucket, of all threads, whichever of them or of the aggregators has ended', async () => {
  const telemetry = createTelemetry({
    service: 'traced',
    log: false,
    exporters: [{ name: 'prometheus', module: MODULE, options: {} }],
  })
  onTestFinished(async () => {
    await telemetry.close()
  })
  const exemplars = async (): Promise<Record<string, Exemplar[]>> =>
    JSON.parse((await telemetry.scrape()).body)
  await telemetry.ready
  const startMs = Date.now()
  const request = telemetry.latency('request', { buckets: [10, 100] })
  const mark = telemetry.markStart(request)
  telemetry.markEndWithTrace(mark, HERE)
  const thread = new ToldThread(telemetry.share())
  await thread.run(
    ({ telemetry: attached }, trace, span) => {
      const latency = attached.latency('request', { buckets: [10, 100] })
      latency.recordWithTrace(50, trace, span)
      latency.recordWithTrace(5_000, 'no trace')
    },
    THERE,
    SPAN,
  )
  const before = await exemplars()
  expect(before['request']).toEqual([
    { value: expect.any(Number), timeMs: expect.any(Number), traceId: HERE },
    { value: 50, timeMs: expect.any(Number), traceId: THERE, spanId: SPAN },
  ])
  for (const { timeMs } of before['request']!) {
    expect(timeMs).toBeGreaterThan(startMs - 5_000)
    expect(timeMs).toBeLessThan(Date.now() + 5_000)
  }
  const { lanes } = await telemetry.snapshot()
  expect(lanes.map(({ exemplarsRejected }) => exemplarsRejected)).toEqual([0, 1])

  await telemetry.push().catch(() => {})
  await expect.poll(() => telemetry.status.restarts, { timeout: 10_000 }).toBe(1)
  expect((await exemplars())['request']).toEqual(before['request'])

  await thread.terminate()
  request.recordWithTrace(5_000, HERE, SPAN)
  await expect
    .poll(async () => (await exemplars())['request'], { timeout: 10_000 })
    .toEqual([
      ...before['request']!,
      { value: 5_000, timeMs: expect.any(Number), traceId: HERE, spanId: SPAN },
    ])
}, 30_000)
