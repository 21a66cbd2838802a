/** An hour's worth of threads and pools that come and go, in seconds: `node churn.mjs <rounds> <seed> [as-it-comes]`. In
 *  each round a pool of two threads is made, used and destroyed, while three threads end, exit, or are terminated in the
 *  middle. Says as JSON what was recorded, what arrived, and what the process held after each round. Garbage of the main
 *  thread is collected before that, unless it shall come as it comes. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'
import { Piscina } from 'piscina'

const [rounds, seed] = process.argv.slice(2, 4).map(Number)
const isCollected = process.argv[4] !== 'as-it-comes'
const FATES = ['end', 'exit', 'terminate']
const TASK_COUNT = 6
const TASK_SAMPLES = 200
const RELEASE_MS_MAX = 30_000
/** As many threads in each second, so that as many lanes wait for the end of their lease. */
const ROUND_MS = 500
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')
let state = seed >>> 0
const chance = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

const lines = []
const telemetry = createTelemetry({ service: 'churn', windowCapacity: 1_000, log: line => lines.push(line) })
const beat = telemetry.counter('beat')
await telemetry.ready
const expected = { workMin: 0, workMax: 0, tasks: 0, beats: 0 }
const counts = { threads: 0, pools: 0, terminated: 0 }

async function thread(number) {
  const fate = FATES[Math.floor(chance() * FATES.length)]
  const isTerminated = fate === 'terminate'
  const tally = new Float64Array(new SharedArrayBuffer(24))
  const worker = new Worker(new URL('./recording-thread.mjs', import.meta.url), {
    workerData: {
      share: telemetry.share(),
      tally,
      label: number,
      fate: isTerminated ? 'end' : fate,
      sampleCount: isTerminated ? 0 : 500,
      restEvery: 50,
    },
  })
  const ended = new Promise(resolve => worker.once('exit', resolve))
  counts.threads += 1
  if (isTerminated) {
    while (tally[0] === 0) await sleep(2)
    await sleep(chance() * 20)
    await worker.terminate()
    counts.terminated += 1
  }
  await ended
  expected.workMin += tally[1]
  expected.workMax += tally[0]
}

async function pool() {
  const tasks = new Piscina({
    filename: new URL('./pool-task.mjs', import.meta.url).href,
    name: 'record',
    minThreads: 2,
    maxThreads: 2,
    workerData: { share: telemetry.share() },
  })
  counts.pools += 1
  counts.threads += 2
  const threadIds = new Set()
  // Until both threads have run: one that is terminated while it loads its files leaves them open, as Node has it.
  for (let turn = 0; turn < 200 && threadIds.size < 2; turn++) {
    const ids = await Promise.all(Array.from({ length: TASK_COUNT }, () => tasks.run(TASK_SAMPLES)))
    for (const id of ids) threadIds.add(id)
    expected.tasks += TASK_COUNT
  }
  await tasks.destroy()
}

const readings = []
const startMs = performance.now()
for (let round = 0; round < rounds; round++) {
  await Promise.all([pool(), thread(0), thread(1), thread(2), sleep(ROUND_MS)])
  beat.add(1)
  expected.beats += 1
  const { lanes, series } = await telemetry.snapshot()
  if (isCollected) collectGarbage()
  const [, virtualKiB] = /^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  const { rss, heapUsed, external } = process.memoryUsage()
  readings.push({
    atMs: performance.now() - startMs,
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    fdCount: readdirSync('/proc/self/fd').length,
    resourceCount: process.getActiveResourcesInfo().length,
    laneCount: lanes.length,
    virtualBytes: Number(virtualKiB) * 1_024,
    seriesCount: series.length,
  })
}
const releasingMs = performance.now()
let snapshot = await telemetry.snapshot()
while (snapshot.lanes.length > 1 && performance.now() - releasingMs < RELEASE_MS_MAX) {
  await sleep(200)
  snapshot = await telemetry.snapshot()
}
const totalOf = metric =>
  snapshot.series
    .filter(series => series.metric === metric)
    .reduce((sum, { total, lost }) => sum + total + lost, 0)
const arrived = {
  work: totalOf('work'),
  task: totalOf('task'),
  tasks: totalOf('tasks'),
  beats: totalOf('beat'),
}
const lanesLeft = snapshot.lanes.length - 1
await telemetry.close()
console.log(
  JSON.stringify({ counts, expected, arrived, taskSamples: TASK_SAMPLES, lanesLeft, readings, lines }),
)
