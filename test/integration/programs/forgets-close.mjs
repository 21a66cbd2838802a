/** Programs that never call close(), each in another state when its own work is done. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'

const slos = [{ metric: 'echo', objective: 'p(95)<60ms' }]
const options = { service: 'program', log: false, sloCheckIntervalMs: 20, slos }

function recording(telemetry = createTelemetry(options)) {
  telemetry.latency('echo').record(12)
  return telemetry
}

const STATES = {
  created: () => createTelemetry(options),
  recorded: () => recording(),
  'recorded a burst': () => {
    const echo = recording().latency('echo')
    for (let value = 0; value < 100_000; value++) echo.record(value)
  },
  ready: () => recording().ready,
  queried: () => recording().query('echo'),
  flushed: () => recording().flush(),
  'asking, not awaited': () => void recording().query('echo'),
  listening: () => {
    const telemetry = recording()
    telemetry.on('perf.slo_violation', () => {})
    telemetry.on('perf.samples_lost', () => {})
    return telemetry.ready
  },
  'with a port of the bus': () => {
    const telemetry = recording()
    globalThis.port = telemetry.openBus()
    return telemetry.ready
  },
  'with a publish function that hangs': async () => {
    let isPublished = false
    const publish = () => {
      isPublished = true
      return new Promise(() => {})
    }
    const telemetry = createTelemetry({ ...options, publish })
    telemetry.latency('echo').record(100)
    while (!isPublished) await telemetry.flush()
  },
  'with SLOs': () => {
    const telemetry = recording()
    telemetry.slo({ metric: 'echo', objective: 'p(50)<60ms', every: 'tick' })
    telemetry.slo({ metric: 'echo', objective: 'max<60ms' })()
  },
  'with threads that have ended': async () => {
    const telemetry = createTelemetry(options)
    const threads = [1, 2].map(() => startThread(telemetry))
    await Promise.all(threads.map(thread => once(thread, 'exit')))
    await telemetry.query('echo')
  },
  'with a thread that was terminated': async () => {
    const thread = startThread(createTelemetry(options), 'stay')
    await once(thread, 'message')
    await thread.terminate()
  },
  'with several telemetries': () => Promise.all(Array.from({ length: 6 }, () => recording().flush())),
}

function startThread(telemetry, last = 'end') {
  const url = new URL('./attached-thread.mjs', import.meta.url)
  return new Worker(url, { workerData: { share: telemetry.share(), last } })
}

await STATES[process.argv[2]]()
console.log('done')
