/** A provider on an attached thread: what it records is one with what the creating thread records. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { pointsOf, startBridge } from './bridge.ts'

const PROGRAM = `
  const { workerData } = require('node:worker_threads')
  Promise.all([import(workerData.main), import(workerData.otel)]).then(async ([{ attachTelemetry }, { MeterProvider }]) => {
    const telemetry = attachTelemetry(workerData.share)
    const provider = new MeterProvider(telemetry)
    const meter = provider.getMeter('jobs', '1')
    // Other keys first: names do not depend on the order.
    meter.createCounter('done').add(1, { queue: 'mail', retried: true })
    meter.createCounter('done').add(2, { queue: 'mail' })
    meter.createObservableGauge('depth').addCallback(result => result.observe(9, { thread: 'worker' }))
    await provider.forceFlush()
    await telemetry.close()
  })
`

test('instruments of two threads are one metric', async () => {
  const { telemetry, provider, collect } = await startBridge()
  const done = provider.getMeter('jobs', '1').createCounter('done')
  done.add(10, { queue: 'mail' })
  done.add(20, { queue: 'mail', retried: true })
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: {
      share: telemetry.share(),
      main: new URL('../../dist/index.js', import.meta.url).href,
      otel: new URL('../../dist/otel/index.js', import.meta.url).href,
    },
  })
  const [code] = await once(worker, 'exit')
  expect(code).toBe(0)
  const metrics = await collect()
  const points = pointsOf(metrics, 'done')
  expect(points['[["queue","mail"]]']!.asDouble).toBe(12)
  expect(points['[["queue","mail"],["retried",true]]']!.asDouble).toBe(21)
  expect(pointsOf(metrics, 'depth')['[["thread","worker"]]']!.asDouble).toBe(9)
})
