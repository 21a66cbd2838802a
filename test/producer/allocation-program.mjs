/** Prints as JSON how many bytes of heap one call of a hot operation, named as argument, leaves behind. Run with `--expose-gc` and a young
 *  generation so large that nothing is collected while it measures. */
import { createTelemetry } from 'offloop'

const CALLS = 1_000_000
/** Optimising happens beside the running code, so the first rounds may still be on their way to it. */
const ROUNDS_MAX = 40
const BYTES_PER_CALL_MAX = 1

const telemetry = createTelemetry({ service: 'allocation', log: false, laneCapacity: 65_536 })
const echo = telemetry.latency('echo')
const heap = telemetry.gauge('heap')
const hits = telemetry.counter('hits')
const http = telemetry.latency('http', { labelNames: ['route'] }).labels({ route: '/a' })
const mark = echo.markStart()
// So small that all but a few samples find it full.
const narrow = createTelemetry({ service: 'allocation', log: false, laneCapacity: 16 })
const narrowEcho = narrow.latency('echo')
const narrowHits = narrow.counter('hits')
const dropping = createTelemetry({ service: 'allocation', log: false, laneCapacity: 16, overflow: 'drop' })
const droppingEcho = dropping.latency('echo')
const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
// Exemplars are written once a second of this word, which is moved on by hand to have them written at each call.
const clock = new Uint32Array(telemetry.share().control, 128, 1)
const narrowClock = new Uint32Array(narrow.share().control, 128, 1)
const values = Float64Array.from({ length: 1_024 }, (_, index) => index * 1.37)

let sink
const operations = {
  // Shows that the measurement sees what it looks for.
  'an object': index => {
    sink = { index }
  },
  'latency.record': index => echo.record(values[index & 1_023]),
  'latency.record, bound labels': index => http.record(values[index & 1_023]),
  'latency.record, no number': () => echo.record('x'),
  'latency.record, lane full': index => narrowEcho.record(values[index & 1_023]),
  'latency.record, no number, lane full': () => narrowEcho.record('x'),
  'markStart + markEnd, lane full': () => narrowEcho.markEnd(narrowEcho.markStart()),
  'counter.add, fraction, lane full': () => narrowHits.add(0.5),
  'latency.record, lane full and dropping': index => droppingEcho.record(values[index & 1_023]),
  recordWithTrace: index => echo.recordWithTrace(values[index & 1_023], traceId, spanId),
  'recordWithTrace, written each time': index => {
    clock[0] += 10_000
    http.recordWithTrace(values[index & 1_023], traceId, spanId)
  },
  'recordWithTrace, no id': index => echo.recordWithTrace(values[index & 1_023], 'x', spanId),
  'recordWithTrace, written each time, lane full': index => {
    narrowClock[0] += 10_000
    narrowEcho.recordWithTrace(values[index & 1_023], traceId)
  },
  'gauge.recordWithTrace': index => heap.recordWithTrace(values[index & 1_023], traceId, spanId),
  'markStart + markEndWithTrace': () => echo.markEndWithTrace(echo.markStart(), traceId, spanId),
  'telemetry.markStart + markEndWithTrace': () =>
    telemetry.markEndWithTrace(telemetry.markStart(echo), traceId, spanId),
  'gauge.set': index => heap.set(values[index & 1_023]),
  'counter.add': () => hits.add(1),
  'counter.add, fraction': () => hits.add(0.5),
  'markStart + markEnd': () => echo.markEnd(echo.markStart()),
  markLap: () => echo.markLap(mark),
  'telemetry.markStart + markEnd': () => telemetry.markEnd(telemetry.markStart(echo)),
  'markEnd, stale': () => echo.markEnd(7),
  'markStart, exhausted': () => echo.markStart(),
}

/** A loop of its own for each operation, so that none is made slower by another's types. */
function loopOf(operation) {
  return new Function(
    'operation',
    'calls',
    'for (let index = 0; index < calls; index++) operation(index)',
  ).bind(null, operation)
}

await Promise.all([telemetry.ready, narrow.ready, dropping.ready])
const bytesPerCall = {}
for (const [name, operation] of Object.entries(operations)) {
  if (process.argv[2] !== name) continue
  const loop = loopOf(operation)
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS_MAX && least >= BYTES_PER_CALL_MAX; round++) {
    loop(CALLS / 10)
    await new Promise(resolve => setTimeout(resolve, round))
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    loop(CALLS)
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / CALLS)
  }
  bytesPerCall[name] = least
}
await Promise.all([telemetry.close(), narrow.close(), dropping.close()])
console.log(JSON.stringify(bytesPerCall))
if (process.argv[2] === 'an object' && sink === undefined) throw new Error('nothing ran')
