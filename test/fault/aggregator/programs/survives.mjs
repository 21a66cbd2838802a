/** A program whose aggregator dies in the middle of everything, in the way it is told: says what went on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { connectBus, createTelemetry } from '../../../../dist/index.js'
import { aggregators, order, startWith } from './aggregator-fault.mjs'

const [fault, deathsText = '1'] = process.argv.slice(2)
const deaths = Number(deathsText)
const WAYS = {
  'terminate while idle': () => aggregators.at(-1).terminate(),
  'terminate during a query': () => aggregators.at(-1).terminate(),
}
if (fault === 'run out of memory') startWith.options = { resourceLimits: { maxOldGenerationSizeMb: 32 } }

/** What a thread tells, one message after the other. */
function heard(worker) {
  const messages = []
  let onMessage = () => {}
  worker.on('message', message => {
    messages.push(message)
    onMessage()
  })
  return async wanted => {
    for (;;) {
      const index = messages.findIndex(({ topic }) => topic === wanted)
      if (index >= 0) return messages.splice(index, 1)[0].event
      await new Promise(resolve => {
        onMessage = resolve
      })
    }
  }
}

const lines = []
const statuses = []
const restartedLate = []
const log = line => {
  if (line.startsWith('offloop: a check of')) return
  lines.push(line)
  if (!line.includes('died and is started again')) return
  statuses.push(telemetry.status.aggregator)
  if (statuses.length > 1) return
  // While there is no aggregator: the next one has to know of both.
  telemetry.slo({ metric: 'echo', objective: 'max<1s' })
  connectBus(telemetry.openBus()).on('perf.aggregator_restarted', event => restartedLate.push(event))
}
const telemetry = createTelemetry({
  service: 'program',
  log,
  sloCheckIntervalMs: 20,
  rateLimitWindowMs: 0,
  // On a busy machine the others may be slow, and are not to be taken for hung.
  [Symbol.for('offloop.supervision')]: { hungMs: fault === 'hang' ? 2_000 : 30_000 },
})
const echo = telemetry.latency('echo')
telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
const events = { restarted: [], violations: 0 }
telemetry.on('perf.aggregator_restarted', event => events.restarted.push(event))
telemetry.on('perf.slo_violation', () => {
  events.violations += 1
})

const port = telemetry.openBus()
const listening = new Worker(new URL('./listening-thread.mjs', import.meta.url), {
  workerData: port,
  transferList: [port],
})
const asking = new Worker(new URL('./asking-thread.mjs', import.meta.url), { workerData: telemetry.share() })
const listeningEnded = new Promise(resolve => listening.once('exit', resolve))
const [listeningSaid, askingSaid] = [heard(listening), heard(asking)]
await Promise.all([telemetry.ready, listeningSaid('listening'), askingSaid('attached')])
asking.postMessage('ask')
const before = await askingSaid('answer')

const restartedThere = []
let asked
let askedThere
for (let death = 0; death < deaths; death++) {
  if (fault === 'terminate while idle') await sleep(250)
  else {
    asked = telemetry.query('echo').then(({ metric }) => metric)
    asking.postMessage('ask')
  }
  const way = WAYS[fault] ?? (() => order(fault))
  way()
  while (statuses.length === death) {
    echo.record(10)
    await sleep(1)
  }
  // Asked while there is none, or while the next one boots.
  if (fault === 'terminate while idle') {
    asked = telemetry.query('echo').then(({ metric }) => metric)
    asking.postMessage('ask')
  }
  askedThere = await askingSaid('answer')
  await asked
  restartedThere.push(await listeningSaid('perf.aggregator_restarted'))
}

for (let sample = 0; sample < 20_000; sample++) echo.record(100)
await listeningSaid('perf.slo_violation')
while (events.violations === 0 || events.restarted.length < deaths || restartedLate.length < deaths)
  await sleep(5)
asking.postMessage('ask')
const after = await askingSaid('answer')
const { status } = telemetry
const { lanes, slos } = await telemetry.snapshot()
const closed = await telemetry.close()
await asking.terminate()
// The listening thread ends by itself: the bus does not keep it any longer.
await listeningEnded
console.log(
  JSON.stringify({
    before,
    asked: await asked,
    askedThere,
    after,
    statuses,
    status,
    restarted: events.restarted,
    restartedThere,
    restartedLate,
    lanes: lanes.map(({ threadId }) => (threadId === 0 ? 'main' : 'other')),
    slos: slos.map(({ name, state }) => [name, state]),
    closed,
    lines,
  }),
)
