/** Records known totals on the main thread and two others while its aggregator thread is killed, again and again. Says as
 *  JSON what should have arrived, and what did.
 *
 *  node program.mjs --kills 4 --seed 1 --ways terminate,throw --gap-ms 300 --lane-capacity 65536 --in-doubt 0
 *
 *  Exit code 0 when everything arrived. With `--paced` the product's own restart policy stays as it is (five deaths in a
 *  minute and it stays down: so four kills at most); without, restarts follow at once. `--miscount 1` expects one sample
 *  too many, which has to be noticed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { compare, limitBreaches } from './findings.mjs'
import { kill, startedCount, WAYS } from './killed-aggregator.mjs'
import { streamOf, THREAD_COUNT } from './streams.mjs'

const { createTelemetry } = await import('../../../dist/index.js')

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    ways: { type: 'string', default: WAYS.join(',') },
    'gap-ms': { type: 'string', default: '300' },
    'lane-capacity': { type: 'string', default: '65536' },
    'window-capacity': { type: 'string', default: '1000' },
    'in-doubt': { type: 'string', default: '0' },
    miscount: { type: 'string', default: '0' },
    paced: { type: 'boolean', default: false },
  },
})
const kills = Number(values.kills)
const ways = values.ways.split(',')
const unknown = ways.find(way => !WAYS.includes(way))
if (unknown !== undefined) throw new Error(`--ways ${unknown}: choose from ${WAYS.join(', ')}`)
const gapMs = Number(values['gap-ms'])
const windowCapacity = Number(values['window-capacity'])
/** Longer than it takes to notice a hang, to start again and to catch up. */
const RESTART_MS_MAX = 30_000
const RATE_LIMIT_MS = 400
const BURST_MAX = 40
const PAUSE_MS = 4
/** Restarts at once, as often as it takes; a hang is noticed soon. */
const UNPACED = { deathsMax: 1e9, deathsSpanMs: 1, restartDelayMs: 1, restartDelayMsMax: 20, hungMs: 1_000 }

let state = Number(values.seed) >>> 0
const chance = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

const lines = []
const telemetry = createTelemetry({
  service: 'kill',
  laneCapacity: Number(values['lane-capacity']),
  windowCapacity,
  sloCheckIntervalMs: 50,
  rateLimitWindowMs: RATE_LIMIT_MS,
  log: line => void lines.push(line),
  ...(values.paced ? {} : { [Symbol.for('offloop.supervision')]: UNPACED }),
})
const violations = []
const restarts = []
telemetry.on('perf.slo_violation', event => violations.push(event))
try {
  telemetry.on('perf.aggregator_restarted', event => restarts.push(event))
} catch (error) {
  lines.push(String(error))
}
const stream = streamOf(telemetry, 0)
// Never met: violated in each check there is.
for (const metric of ['kill_shared', 'kill_level']) {
  telemetry.slo({ name: metric, metric, objective: metric === 'kill_shared' ? 'p(50)<1ms' : 'p(50)<1' })
}

const stopWord = new Int32Array(new SharedArrayBuffer(4))
const threads = [1, 2].map(thread => {
  const worker = new Worker(new URL('./recording-thread.mjs', import.meta.url), {
    workerData: {
      share: telemetry.share(),
      thread,
      stopWord,
      burstMax: BURST_MAX,
      pauseMs: PAUSE_MS,
      isBlocking: thread === 2,
    },
  })
  const told = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  return { worker, threadId: worker.threadId, told }
})
await telemetry.ready

let mainCount = 0
const recordOnMain = (async () => {
  for (let burst = 1; stopWord[0] === 0; burst++) {
    mainCount = stream.record(1 + ((burst * 17) % BURST_MAX))
    await sleep(PAUSE_MS)
  }
})()

const killed = []
for (let number = 0; number < kills; number++) {
  const way = ways[number % ways.length]
  await sleep(gapMs * (0.2 + chance()))
  await kill(way, chance())
  const startMs = performance.now()
  const isUp = await upAgain(startMs)
  killed.push({ way, downMs: Math.round(performance.now() - startMs) })
  if (!isUp) break
}
await sleep(gapMs)
Atomics.store(stopWord, 0, 1)
await recordOnMain
const told = await Promise.all(threads.map(({ told }) => told))
await telemetry.flush({ timeoutMs: 10_000 })
const counts = [mainCount + Number(values.miscount), ...told.map(({ count }) => count)]
const snapshot = await telemetry.snapshot().catch(error => ({ error: String(error) }))
const { status } = telemetry
// Events that are under way.
await sleep(200)

const threadIds = [0, ...threads.map(({ threadId }) => threadId)]
const differences =
  snapshot.error === undefined
    ? compare({ counts, threadIds, snapshot, windowCapacity, inDoubtMax: Number(values['in-doubt']) })
    : [{ what: 'snapshot', expected: 'an answer', found: snapshot.error }]
const breaches = limitBreaches(violations, RATE_LIMIT_MS)
if (breaches.length > 0)
  differences.push({ what: 'violations within the rate limit', expected: 0, found: breaches.length })
if (violations.length === 0) differences.push({ what: 'violations', expected: 'some', found: 0 })
if (restarts.length !== kills)
  differences.push({ what: 'perf.aggregator_restarted', expected: kills, found: restarts.length })
if (startedCount() !== kills + 1)
  differences.push({ what: 'aggregators started', expected: kills + 1, found: startedCount() })
if (counts.length !== THREAD_COUNT || counts.some(count => count === 0)) {
  differences.push({ what: 'threads that recorded', expected: THREAD_COUNT, found: counts })
}

for (const { worker } of threads) worker.postMessage('end')
await telemetry.close()
console.log(
  JSON.stringify({
    kills: killed,
    counts,
    differences,
    violations: violations.length,
    restarts,
    status,
    lines,
  }),
)
process.exitCode = differences.length === 0 ? 0 : 1

/** Whether it answers again. */
async function upAgain(startMs) {
  while (performance.now() - startMs < RESTART_MS_MAX) {
    if (telemetry.status.aggregator === 'down') return false
    const answer = await telemetry.query('kill_hits').catch(() => undefined)
    if (answer !== undefined && telemetry.status.aggregator === 'running') return true
    await sleep(10)
  }
  return false
}
