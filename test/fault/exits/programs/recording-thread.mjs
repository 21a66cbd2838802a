/** A thread that records until it is ended from outside, and says how much it has. */
import { workerData } from 'node:worker_threads'
import { attachTelemetry } from 'offloop'

const { share, counts, index } = workerData
const echo = attachTelemetry(share).latency('echo')
for (let recorded = 1; ; recorded++) {
  echo.record(recorded)
  Atomics.store(counts, index, recorded)
  // A lane that is full would drop: it is not what this program is about.
  if (recorded % 100 === 0) Atomics.wait(counts, index, recorded, 1)
}
