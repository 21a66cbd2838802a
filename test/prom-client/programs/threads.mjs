// An application of several threads: each counts into metrics of the same names, and the main thread shows them.
import { once } from 'node:events'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { attachTelemetry, createTelemetry } from 'offloop'
import { Counter, Gauge, Histogram, register, Summary, useTelemetry } from 'offloop/prom-client'

const telemetry = isMainThread ? createTelemetry({ service: 'threads' }) : attachTelemetry(workerData.share)
useTelemetry(telemetry)

const jobs = new Counter({ name: 'jobs_total', help: 'Jobs', labelNames: ['thread'] })
const all = new Counter({ name: 'all_total', help: 'All' })
const size = new Histogram({ name: 'size', help: 'Sizes', buckets: [10, 100] })
const wait = new Summary({ name: 'wait', help: 'Waits', percentiles: [0.5, 1] })
const level = new Gauge({ name: 'level', help: 'Level', labelNames: ['thread'] })

const thread = isMainThread ? 'main' : workerData.thread
for (let job = 1; job <= 100; job++) {
  jobs.inc({ thread })
  all.inc()
  size.observe(job)
  wait.observe(job)
}
level.set({ thread }, 7)

if (isMainThread) {
  const workers = ['a', 'b'].map(
    name => new Worker(new URL(import.meta.url), { workerData: { share: telemetry.share(), thread: name } }),
  )
  await Promise.all(workers.map(worker => once(worker, 'exit')))
  console.log(await register.metrics())
  // What the other threads had counted under these labels goes with the reset, too.
  all.reset()
  console.log((await all.get()).values[0].value)
  await telemetry.close()
}
