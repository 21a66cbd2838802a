// Two threads that mean different metrics by one name.
import { once } from 'node:events'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { attachTelemetry, createTelemetry } from 'offloop'
import { Counter, register, useTelemetry } from 'offloop/prom-client'

const telemetry = isMainThread ? createTelemetry({ service: 'conflict' }) : attachTelemetry(workerData)
useTelemetry(telemetry)
new Counter({ name: 'jobs', help: 'Jobs', labelNames: isMainThread ? ['a'] : ['b'] }).inc({
  [isMainThread ? 'a' : 'b']: 1,
})
if (isMainThread) {
  await register.metrics()
  await once(new Worker(new URL(import.meta.url), { workerData: telemetry.share() }), 'exit')
  console.log(await register.metrics())
}
