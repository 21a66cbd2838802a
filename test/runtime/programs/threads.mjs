/** Two threads of one telemetry are measured; one of them is blocked, and ends. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { attachTelemetry, createTelemetry } from 'offloop'
import { startRuntimeMetrics } from 'offloop/runtime'
import { blockMs, passMs, until } from './measured.mjs'

if (isMainThread) {
  const telemetry = createTelemetry({ service: 'threads', runtime: { intervalMs: 100 } })
  await telemetry.ready
  const worker = new Worker(new URL(import.meta.url), { workerData: telemetry.share() })
  const { threadId } = worker
  const series = await until(
    telemetry,
    series => (series[`nodejs.eventloop.delay.max ${threadId}`]?.max ?? 0) > 0.5,
  )
  worker.postMessage('end')
  await new Promise(resolve => worker.once('exit', resolve))
  const names = Object.keys(series).filter(name => name.endsWith(` ${threadId}`))
  const ofMain = Object.keys(series).filter(name => name.endsWith(' 0'))
  // It goes on without that thread.
  const rounds = series['process.uptime'].total
  await until(telemetry, series => series['process.uptime'].total > rounds + 2)
  const { ok, lost } = await telemetry.close()
  console.log(
    JSON.stringify({
      metrics: [...new Set(names.map(name => name.split(' ')[0]))].sort(),
      metricsOfMain: [...new Set(ofMain.map(name => name.split(' ')[0]))].sort(),
      mainMax: series['nodejs.eventloop.delay.max 0'].max,
      closed: { ok, lost },
    }),
  )
} else {
  const telemetry = attachTelemetry(workerData)
  const runtime = startRuntimeMetrics(telemetry, { intervalMs: 100 })
  if (startRuntimeMetrics(telemetry) !== runtime) throw new Error('started twice')
  globalThis.gc?.()
  parentPort.once('message', () => telemetry.close())
  await passMs(100)
  blockMs(800)
}
