/** Records as many samples as it is told in a tight loop, while its aggregator thread is frozen half of the time. Says as
 *  JSON what went in and what came out. */
import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'

const SAMPLES = Number(process.argv[2])
const PHASES = 20
/** Odd, and coprime to the step: all residues come up. */
const RESIDUES = 100_003
const STEP = 7_919
const INVALID_EVERY = 99_991

const freeze = new Int32Array(new SharedArrayBuffer(8))
const { Worker } = workerThreads
workerThreads.Worker = class extends Worker {
  constructor(url, options) {
    const execArgv = ['--import', new URL('freezes.mjs', import.meta.url).href]
    super(url, { ...options, execArgv, workerData: { ...options.workerData, freeze: freeze.buffer } })
  }
}
syncBuiltinESMExports()
const { createTelemetry } = await import('offloop')

const telemetry = createTelemetry({ service: 'frozen', log: false })
const work = telemetry.latency('work', { labelNames: ['kind'] })
const often = work.labels({ kind: 'often' })
const seldom = work.labels({ kind: 'seldom' })
const halves = telemetry.counter('halves')
await telemetry.ready

const countByResidue = new Float64Array(RESIDUES)
const put = { often: 0, seldom: 0, invalid: 0, halves: 0, sum: 0 }
const pauses = []
let frozenCount = 0

function freezeAggregator() {
  Atomics.store(freeze, 1, 0)
  Atomics.store(freeze, 0, 1)
  // The thread stands still from here on, wherever it was.
  if (Atomics.wait(freeze, 1, 0, 10_000) === 'timed-out') throw new Error('the aggregator does not freeze')
}

function unfreezeAggregator() {
  Atomics.store(freeze, 0, 0)
  Atomics.notify(freeze, 0)
}

function recordOften(residue) {
  const value = (residue + 1) / 8
  put.often++
  put.sum += value
  countByResidue[residue]++
  often.record(value)
}

// The extremes first, into a full lane, and read while nothing is recorded: from here on they are known. One that is just
// being summarized when it is first read is known by its bucket alone.
freezeAggregator()
const fillCount = 70_000
for (let index = 0; index < fillCount; index++) recordOften(RESIDUES >> 1)
recordOften(0)
recordOften(RESIDUES - 1)
put.seldom++
seldom.record(-RESIDUES / 8)
const putBefore = fillCount + 3
unfreezeAggregator()
await telemetry.flush()

const startMs = performance.now()
for (let phase = 0; phase < PHASES; phase++) {
  const isFrozen = phase % 2 === 1
  if (isFrozen) {
    freezeAggregator()
    frozenCount++
  }
  const end = (SAMPLES / PHASES) * (phase + 1)
  for (let index = (SAMPLES / PHASES) * phase; index < end; index++) {
    const residue = (index * STEP) % RESIDUES
    if (index % INVALID_EVERY === 0) {
      put.invalid++
      often.record(Number.NaN)
    } else if (index % 100 === 0) {
      put.halves++
      halves.add(0.5)
    } else if (index % 10 === 0) {
      put.seldom++
      seldom.record(-(residue + 1) / 8)
    } else {
      recordOften(residue)
    }
  }
  if (isFrozen) unfreezeAggregator()
  if (phase % 5 === 4) {
    const { lanes, lost, summarized } = await telemetry.snapshot()
    pauses.push({ put: putBefore + end, lane: lanes[0], lost, summarized })
  }
}
const tookMs = performance.now() - startMs

function exactPercentile(q) {
  let rank = Math.max(1, Math.ceil(q * put.often))
  for (let residue = 0; residue < RESIDUES; residue++) {
    rank -= countByResidue[residue]
    if (rank <= 0) return (residue + 1) / 8
  }
}

const flushed = await telemetry.flush({ timeoutMs: 20_000 })
const of = async (name, labels, window) =>
  telemetry.query(name, { ...(labels && { labels }), ...(window && { window }) })
console.log(
  JSON.stringify({
    put,
    frozenCount,
    tookMs,
    flushed,
    pauses,
    exact: { p50: exactPercentile(0.5), p95: exactPercentile(0.95), p99: exactPercentile(0.99) },
    often: await of('work', { kind: 'often' }, 'start'),
    rolling: await of('work', { kind: 'often' }),
    seldom: await of('work', { kind: 'seldom' }, 'start'),
    halves: await of('halves'),
    stats: often.stats(),
  }),
)
await telemetry.close()
