/** A thread that counts what it records, in memory that is there when it is not: 1, 2, 3 … of one series, and a counter. */
import { workerData } from 'node:worker_threads'
import { attachTelemetry } from 'offloop'

const {
  share,
  tally,
  label,
  publishEvery = 1,
  fate,
  sampleCount = 0,
  restEvery = 0,
  markCount = 0,
} = workerData
const telemetry = attachTelemetry(share, { publishEvery })
const work = telemetry.latency('work', { labelNames: ['thread'] }).labels({ thread: label })
const hits = telemetry.counter('hits')
const steps = telemetry.latency('steps')
const asleep = new Int32Array(new SharedArrayBuffer(4))

for (let mark = 0; mark < markCount; mark++) steps.markStart()
for (let value = 1; sampleCount === 0 || value <= sampleCount; value++) {
  tally[0] = value
  work.record(value)
  tally[1] = value
  hits.add(1)
  tally[2] = value
  if (restEvery > 0 && value % restEvery === 0) Atomics.wait(asleep, 0, 0, 1)
}
const FATES = {
  end: () => {},
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('the fate of this thread')
  },
  reject: () => void Promise.reject(new Error('the fate of this thread')),
  'out of memory': () => {
    const kept = []
    for (;;) kept.push(new Array(10_000).fill(kept.length))
  },
  // Its loop does not turn, so nothing is heard of it; then it goes on as if nothing had been.
  'silent for long': () => {
    Atomics.wait(asleep, 0, 0, workerData.silentMs)
    tally[0] += 1
    work.record(tally[0])
    tally[1] = tally[0]
    hits.add(1)
    tally[2] = tally[0]
  },
}
FATES[fate]()
