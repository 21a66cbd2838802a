/** A Piscina pool whose tasks are measured: every thread records on a lane of its own, and the figures are of all of them.
 *  `node examples/piscina/main.js`; ends by itself. */

import { createTelemetry } from 'offloop'
import { Piscina } from 'piscina'

const TASKS = 200

const telemetry = createTelemetry({ service: 'thumbnails' })

// The pool's threads get the share with `workerData`, and attach to it: see task.js.
const pool = new Piscina({
  filename: new URL('./task.js', import.meta.url).href,
  name: 'thumbnail',
  maxThreads: 2,
  workerData: { share: telemetry.share() },
})

// What the caller sees of a task, its time in the queue included.
const waited = telemetry.latency('task_wait', { unit: 'ms', help: 'From submitting a task to its result' })

await Promise.all(Array.from({ length: TASKS }, (_, image) => waited.timeAsync(() => pool.run(image))))

// Attached threads publish each sample, and a query drains every lane first: nothing is missing.
const show = (name, { count, p50, p95, p99, max }) =>
  console.log(
    `${name.padEnd(24)} ${String(count).padStart(5)} samples` +
      `  p50 ${p50.toFixed(2)} ms  p95 ${p95.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms  max ${max.toFixed(2)} ms`,
  )

show('all threads', await telemetry.query('task_time'))
const { series } = await telemetry.snapshot()
for (const one of series.filter(({ metric }) => metric === 'task_time')) {
  show(`  thread ${one.labels.thread}`, one)
}
show('as the caller sees it', await telemetry.query('task_wait'))

await pool.destroy()
await telemetry.close()
