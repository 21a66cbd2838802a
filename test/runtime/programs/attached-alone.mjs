/** Only an attached thread is measured, and the thread that closes is the other. */
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { attachTelemetry, createTelemetry } from 'offloop'
import { startRuntimeMetrics } from 'offloop/runtime'
import { until } from './measured.mjs'

if (isMainThread) {
  const telemetry = createTelemetry({ service: 'alone' })
  const worker = new Worker(new URL(import.meta.url), { workerData: telemetry.share() })
  const { threadId } = worker
  const series = await until(telemetry, series => `nodejs.eventloop.delay.p99 ${threadId}` in series)
  // Closed by the thread that created it: the attached one hears of that, and ends as well.
  const closed = await telemetry.close()
  await worker.terminate()
  console.log(JSON.stringify({ names: Object.keys(series), ok: closed.ok }))
} else {
  startRuntimeMetrics(attachTelemetry(workerData), { intervalMs: 100 })
  setInterval(() => {}, 1_000)
}
