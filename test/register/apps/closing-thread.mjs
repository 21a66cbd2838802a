/** Tells whether this thread is measured. */
import { parentPort } from 'node:worker_threads'
import { getTelemetry } from 'offloop/register'

parentPort.postMessage(getTelemetry() !== undefined)
