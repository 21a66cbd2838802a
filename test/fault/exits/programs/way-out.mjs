/** Records, and ends in one of many ways. The last it says is how much it has recorded. */
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { aggregatorThreads, freeze } from './aggregator-thread.mjs'

const { way, bare, snapshotFile, options } = JSON.parse(process.argv[2])
const { createTelemetry } = await import(bare ? './no-telemetry.mjs' : 'offloop')

/** Unless a row is about the bound, it is one that a busy machine keeps. */
const defaults = { service: 'program', laneCapacity: 2 ** 18, snapshotFile, exitTimeoutMs: 10_000 }
const start = (more = {}) => createTelemetry({ ...defaults, ...options, ...more })

const say = what => writeSync(1, `${JSON.stringify(what)}\n`)
let recorded = 0

/** A telemetry that was recorded to. */
function recording(count = 1_000, more = {}) {
  const telemetry = start(more)
  const echo = telemetry.latency('echo')
  const hits = telemetry.counter('hits')
  const record = more => {
    for (let index = 0; index < more; index++) {
      echo.record(index)
      hits.add(1)
      recorded++
    }
  }
  record(count)
  return { telemetry, record }
}

const last = () => say({ recorded })

/** Stays until a signal comes. */
function stay() {
  setInterval(() => {}, 1_000)
  last()
  say('waiting')
}

const WAYS = {
  'normal end': () => {
    recording()
    last()
  },
  close: async () => {
    const { telemetry } = recording()
    last()
    say(await telemetry.close())
  },
  'close not awaited, then exit': () => {
    const { telemetry } = recording()
    last()
    telemetry.close()
    process.exit(4)
  },
  'exit while close is under way': async () => {
    // It takes a while to say that it has heard, and so closing takes a while.
    const publish = () => sleep(60_000, undefined, { ref: false })
    const slos = [{ metric: 'echo', objective: 'max<1ms' }]
    const { telemetry } = recording(1_000, { publish, slos })
    await telemetry.ready
    telemetry.close()
    // Long enough for the aggregator to have closed.
    await sleep(500)
    last()
    process.exit(4)
  },
  'exit of a loop that is blocked while it closes': async () => {
    const { telemetry } = recording()
    await telemetry.ready
    telemetry.close()
    await new Promise(resolve => setImmediate(resolve))
    const endMs = performance.now() + 500
    while (performance.now() < endMs);
    last()
    process.exit(4)
  },
  beforeExit: () => {
    const { record } = recording()
    process.once('beforeExit', () => {
      record(500)
      last()
    })
  },
  'exit in a burst': async () => {
    const { telemetry, record } = recording()
    await telemetry.ready
    for (let burst = 0; ; burst++) {
      record(1)
      if (burst === 123_456) {
        last()
        process.exit(7)
      }
    }
  },
  'uncaught exception': async () => {
    const { telemetry, record } = recording()
    await telemetry.ready
    record(12_345)
    last()
    throw new Error('the program fails')
  },
  'unhandled rejection': async () => {
    const { telemetry, record } = recording()
    await telemetry.ready
    record(12_345)
    last()
    Promise.reject(new Error('the program fails'))
    await sleep(10_000)
  },
  'exit before the worker is up': () => {
    const { telemetry } = recording(50_000)
    say({ aggregator: telemetry.status.aggregator })
    last()
    process.exit(0)
  },
  'exit of a blocked loop': () => {
    const { record } = recording()
    const endMs = performance.now() + 400
    while (performance.now() < endMs) record(10)
    last()
    process.exit(0)
  },
  'exit in an exit handler': () => {
    process.on('exit', () => {
      process.exit(9)
    })
    recording()
    last()
  },
  'early exit handler that records': () => {
    let late
    process.on('exit', () => {
      late.record(100)
      last()
    })
    late = recording()
  },
  'exit handlers that record': () => {
    const { record } = recording()
    process.on('exit', () => record(100))
    setImmediate(() =>
      process.on('exit', () => {
        record(10)
        last()
      }),
    )
  },
  'exit handler that throws': () => {
    process.on('exit', () => {
      throw new Error('the exit handler fails')
    })
    recording()
    last()
  },
  'counters only': () => {
    const hits = start().counter('hits')
    for (; recorded < 1_000; recorded++) hits.add(1)
    last()
    process.exit(0)
  },
  'nothing recorded': () => {
    start({ snapshotFile: undefined })
    last()
  },
  'several telemetries': () => {
    for (const suffix of ['.1', '.2', '.3']) {
      const echo = start({ snapshotFile: snapshotFile + suffix }).latency('echo')
      for (let value = 0; value < 1_000; value++) echo.record(value)
    }
    recorded = 1_000
    last()
    process.exit(0)
  },
  'several that hang': async () => {
    const telemetries = ['.1', '.2', '.3'].map(suffix => start({ snapshotFile: snapshotFile + suffix }))
    await Promise.all(telemetries.map(({ ready }) => ready))
    process.env.OFFLOOP_TEST_FREEZE = 'disk'
    recorded = 1
    last()
    process.exit(0)
  },
  'attached threads record': async () => {
    const { telemetry } = recording()
    const counts = new Int32Array(new SharedArrayBuffer(8))
    const url = new URL('./recording-thread.mjs', import.meta.url)
    if (!bare) {
      for (const index of [0, 1]) {
        new Worker(url, { workerData: { share: telemetry.share(), counts, index } })
      }
      while (counts[0] < 500 || counts[1] < 500) await sleep(1)
    }
    recorded += Atomics.load(counts, 0) + Atomics.load(counts, 1)
    last()
    process.exit(0)
  },
  'thread exits': () => thread('exits'),
  'thread ends': () => thread('ends'),
  'thread throws': () => thread('throws'),
  'signal with the helper': () => {
    recording().telemetry.closeOnSignals()
    stay()
  },
  'SIGHUP with the helper': () => {
    recording().telemetry.closeOnSignals(['SIGHUP'])
    stay()
  },
  'signal after the helper was taken back': () => {
    recording().telemetry.closeOnSignals()()
    stay()
  },
  'signal after close': async () => {
    const { telemetry } = recording()
    telemetry.closeOnSignals()
    await telemetry.close()
    stay()
  },
  'signal to frozen': async () => {
    const { telemetry, record } = recording()
    await telemetry.ready
    await telemetry.flush()
    if (!bare) await freeze()
    record(100)
    recorded = 100
    telemetry.closeOnSignals()
    stay()
  },
  'signal with a handler': () => {
    const { telemetry } = recording()
    process.on('SIGTERM', () => void endedByApplication())
    telemetry.closeOnSignals()
    stay()
  },
  'signal with a handler for once': () => {
    const { telemetry } = recording()
    process.once('SIGTERM', () => void endedByApplication())
    telemetry.closeOnSignals()
    stay()
  },
  'signal without the helper': () => {
    recording()
    stay()
  },
  'signal with a library that cleans up': () => {
    const { telemetry } = recording()
    process.on('SIGTERM', function cleanUp() {
      // It ends the process if, and only if, nobody else listens.
      if (process.listeners('SIGTERM').length > 1) return
      process.off('SIGTERM', cleanUp)
      process.kill(process.pid, 'SIGTERM')
    })
    telemetry.closeOnSignals()
    stay()
  },
  'signal with two copies': async () => {
    const copy = bare ? undefined : await import(`${import.meta.resolve('offloop')}?another-copy`)
    const other = copy?.createTelemetry({ ...defaults, snapshotFile: `${snapshotFile}.copy` })
    recording().telemetry.closeOnSignals()
    other?.latency('echo').record(1)
    other?.closeOnSignals()
    stay()
  },
  abort: () => {
    recording()
    last()
    process.abort()
  },
  'heap exhausted': () => {
    recording()
    last()
    const kept = []
    for (;;) kept.push(new Array(10_000).fill(kept.length))
  },
  'aggregator frozen': async () => {
    const { telemetry, record } = recording()
    await telemetry.ready
    await telemetry.flush()
    if (!bare) await freeze()
    record(100)
    recorded = 100
    last()
    process.exit(6)
  },
  'disk hangs': async () => {
    const { telemetry } = recording()
    await telemetry.ready
    process.env.OFFLOOP_TEST_FREEZE = 'disk'
    last()
    process.exit(6)
  },
  'aggregator down': async () => {
    const { record } = await withDeadAggregator({ deathsMax: 1 })
    record(100)
    recorded = 100
    last()
    process.exit(6)
  },
  'aggregator between death and restart': async () => {
    const { telemetry, record } = await withDeadAggregator({
      restartDelayMs: 60_000,
      restartDelayMsMax: 60_000,
    })
    if (!bare && telemetry.status.aggregator !== 'restarting')
      throw new Error('it was started again too soon')
    record(100)
    last()
    process.exit(6)
  },
  'signal with a handler, between death and restart': async () => {
    const { telemetry, record } = await withDeadAggregator({
      restartDelayMs: 60_000,
      restartDelayMsMax: 60_000,
    })
    record(100)
    process.on('SIGTERM', () => void endedByApplication())
    telemetry.closeOnSignals()
    stay()
  },
  'signal to a program whose aggregator is down': async () => {
    const { telemetry, record } = await withDeadAggregator({ deathsMax: 1 })
    record(100)
    recorded = 100
    telemetry.closeOnSignals()
    stay()
  },
  'aggregator dies at exit': async () => {
    const { telemetry, record } = recording()
    await telemetry.ready
    await telemetry.flush()
    for (const each of aggregatorThreads) void each.terminate()
    record(100)
    recorded = 100
    last()
    process.exit(6)
  },
  'lines for the log': () => {
    const log = line => say({ logged: line })
    const telemetry = start({
      log,
      sloCheckIntervalMs: 20,
      slos: [{ metric: 'echo', objective: 'max<1ms' }],
    })
    telemetry.latency('echo').record(100)
    // Long enough for the aggregator to find the violation, and this loop does not turn to hear of it.
    const endMs = performance.now() + 400
    while (performance.now() < endMs);
    recorded = 1
    last()
    process.exit(0)
  },
}

/** Its aggregator has taken what was recorded, and died; what becomes of it then is for these limits to say. */
async function withDeadAggregator(limits) {
  const one = recording(1_000, { [Symbol.for('offloop.supervision')]: limits })
  await one.telemetry.ready
  await one.telemetry.flush()
  await Promise.all(aggregatorThreads.map(each => each.terminate()))
  // Its end is known once the loop has turned.
  await sleep(20)
  return one
}

function thread(threadWay) {
  const url = new URL('./creating-thread.mjs', import.meta.url)
  const worker = new Worker(url, { workerData: { way: threadWay, snapshotFile, bare } })
  worker.on('error', error => say({ error: error.message }))
  worker.on('exit', code => say({ threadCode: code }))
}

/** Waits for the snapshot file, and ends in a way that no exit handler could have written it. */
async function endedByApplication() {
  while (!bare && !existsSync(snapshotFile)) await sleep(5)
  // Whoever takes the end out of its hands has time to do so.
  await sleep(500)
  say({ total: bare ? recorded : JSON.parse(readFileSync(snapshotFile, 'utf8')).series[0].total })
  process.kill(process.pid, 'SIGKILL')
}

await WAYS[way]()
