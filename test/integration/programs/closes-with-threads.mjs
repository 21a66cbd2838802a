/** A program that closes while a thread that had asked questions is still at work, and then ends. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'

const telemetry = createTelemetry({ service: 'program' })
const url = new URL('./attached-thread.mjs', import.meta.url)
const thread = new Worker(url, { workerData: { share: telemetry.share(), last: 'stay' } })
await once(thread, 'message')
const result = await telemetry.close()
thread.unref()
console.log(JSON.stringify(result))
