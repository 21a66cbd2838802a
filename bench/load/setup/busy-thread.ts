/** A thread that computes when it is told to, for as long as it is told, and has nothing to do with any telemetry: what a
 *  busy thread beside it costs the main one is the machine's to answer for. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const CODE = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', durationMs => {
    let sum = 0
    for (const endMs = performance.now() + durationMs; performance.now() < endMs; ) {
      for (let index = 0; index < 1_000; index += 1) sum += Math.sqrt(index)
    }
    parentPort.postMessage(sum)
  })
  parentPort.postMessage('up')`

/** @returns keeps it busy for so long, and resolves when it says it is done */
export async function startBusyThread(): Promise<(durationMs: number) => Promise<unknown>> {
  const thread = new Worker(CODE, { eval: true })
  await once(thread, 'message')
  return durationMs => {
    const done = once(thread, 'message')
    thread.postMessage(durationMs)
    return done
  }
}
