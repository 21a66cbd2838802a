/** Programs whose aggregator dies at a bad time, or for good: they say what became of their questions. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { connectBus, createTelemetry } from '../../../../dist/index.js'
import { aggregators, boots, order, startWith } from './aggregator-fault.mjs'

const state = process.argv[2]
if (/cannot be read|after it is down/.test(state))
  startWith.file = new URL('./there-is-no-such-file.mjs', import.meta.url)

const lines = []
const log = line => void (line.startsWith('offloop: a check of') || lines.push(line.split('\n')[0]))
const telemetry = createTelemetry({
  service: 'program',
  log,
  laneCapacity: 64,
  [Symbol.for('offloop.supervision')]: { hungMs: 30_000 },
})
const echo = telemetry.latency('echo')
const codeOf = promise =>
  promise.then(
    () => 'answered',
    error => error.code,
  )
/** Waits until the aggregator has died so many times. */
const deathCountIs = async wanted => {
  while (lines.filter(line => /died and is started again|stays down/.test(line)).length < wanted)
    await sleep(1)
}

/** Records more than the lane holds, and asks everything there is to ask. */
async function goOn() {
  for (let sample = 0; sample < 1_000; sample++) echo.record(sample)
  telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })()
  telemetry.on('perf.slo_violation', () => {})()
  telemetry.openBus().close()
  const flushed = await telemetry.flush()
  const asked = await Promise.all(
    [telemetry.query('echo'), telemetry.snapshot(), telemetry.ready].map(codeOf),
  )
  return { flushed, asked, status: telemetry.status }
}

/** What an attached thread is told, and that it ends once its own work is done. */
async function askThere() {
  const there = new Worker(new URL('./asking-thread.mjs', import.meta.url), { workerData: telemetry.share() })
  const ended = new Promise(resolve => there.once('exit', resolve))
  const said = []
  there.on('message', message => {
    said.push(message.event)
    if (message.topic === 'answer') there.postMessage('end')
  })
  there.postMessage('ask')
  await ended
  return said.at(-1)
}

const STATES = {
  'it is terminated while it boots': async () => {
    aggregators[0].terminate()
    const asked = await codeOf(telemetry.query('echo'))
    return { asked, status: telemetry.status }
  },
  'its file cannot be read': async () => {
    const asked = await codeOf(telemetry.ready)
    return { ...(await goOn()), asked: [asked], askedThere: await askThere() }
  },
  'it dies five times within a minute': async () => {
    const open = []
    for (let death = 0; death < 5; death++) {
      await (open.at(-1) ?? telemetry.flush())
      order('throw')
      await deathCountIs(death + 1)
      open.push(codeOf(telemetry.query('echo')))
    }
    return { open: await Promise.all(open), ...(await goOn()), askedThere: await askThere() }
  },
  'threads, readers and SLOs have come and gone before it dies': async () => {
    await Promise.all(Array.from({ length: 4 }, askThere))
    const [open, closed] = [telemetry.openBus(), connectBus(telemetry.openBus())]
    telemetry.slo({ metric: 'echo', objective: 'p(50)<1s' })()
    telemetry.slo({ metric: 'echo', objective: 'p(95)<1s' })
    await closed.close()
    while ((await telemetry.snapshot()).lanes.length > 1) await sleep(5)
    await telemetry.flush()
    order('throw')
    await deathCountIs(1)
    await telemetry.query('echo')
    open.close()
    const { lanes, readers, addedSlos } = boots.at(-1)
    return { told: [lanes.length, readers.length, addedSlos.length] }
  },
  'close() while it is being restarted': async () => {
    await telemetry.ready
    order('exit')
    await deathCountIs(1)
    for (let sample = 0; sample < 40; sample++) echo.record(sample)
    return {}
  },
  'close() while it hangs': async () => {
    await telemetry.ready
    await order('hang')
    for (let sample = 0; sample < 40; sample++) echo.record(sample)
    return { closed: await telemetry.close({ timeoutMs: 300 }) }
  },
  'it dies during close()': async () => {
    await telemetry.ready
    await order('hang')
    const closed = telemetry.close()
    await sleep(50)
    aggregators.at(-1).terminate()
    return { closed: await closed }
  },
}
const FORGOTTEN = {
  'close() is forgotten while it is being restarted': async () => {
    await telemetry.ready
    order('exit')
    await deathCountIs(1)
  },
  'close() is forgotten after it is down': STATES['its file cannot be read'],
  'close() is forgotten after a restart': async () => {
    await telemetry.ready
    telemetry.on('perf.slo_violation', () => {})
    globalThis.port = telemetry.openBus()
    order('exit')
    await deathCountIs(1)
    await telemetry.query('echo')
  },
}

if (state in FORGOTTEN) {
  await FORGOTTEN[state]()
  console.log('done')
} else {
  const said = await STATES[state]()
  const closed = await telemetry.close()
  console.log(JSON.stringify({ closed, ...said, lines }))
}
