/** An aggregator that dies is succeeded by one that pushes on: totals since the same start, nothing twice. */
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry } from '../../../src/index.ts'
import { otlpExporter } from '../../../src/otel/index.ts'
import { startReceiver } from './receiver.ts'

test('totals go on after the aggregator has died, and so does their start', async () => {
  const receiver = await startReceiver()
  const dying = new URL('../../integration/extensions/dying.mjs', import.meta.url).href
  const telemetry = createTelemetry({
    service: 'succeeded',
    log: false,
    exporters: [
      otlpExporter({ url: receiver.url, intervalMs: 100 }),
      { name: 'dying', module: dying, options: {} },
    ],
  })
  onTestFinished(async () => {
    await telemetry.close()
  })
  await telemetry.ready
  const hits = telemetry.counter('hits')
  const wait = telemetry.latency('wait')
  hits.add(5)
  for (const duration of [1, 20, 300]) wait.record(duration)
  await telemetry.flush()
  const poll = (name: string) =>
    expect.poll(() => receiver.metrics().findLast(metric => metric.name === name)?.points[0], {
      timeout: 15_000,
    })
  await poll('hits').toMatchObject({ asDouble: 5 })
  await poll('wait').toMatchObject({ count: 3 })
  const before = receiver.metric('wait').points[0]!
  // Saved within a tenth of a second.
  await new Promise(resolve => setTimeout(resolve, 1_000))

  await telemetry.push().catch(() => {})
  await expect.poll(() => telemetry.status.restarts, { timeout: 15_000 }).toBe(1)
  receiver.requests.length = 0
  hits.add(2)
  wait.record(20)
  await poll('hits').toMatchObject({ asDouble: 7 })
  await poll('wait').toMatchObject({ count: 4 })
  const after = receiver.metric('wait').points[0]!
  expect(after.startTimeUnixNano).toBe(before.startTimeUnixNano)
  expect(after.sum).toBeCloseTo(0.341, 12)
  expect(after.bucketCounts!.reduce((sum, count) => sum + count, 0)).toBe(4)
})
