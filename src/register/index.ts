/** The entry `offloop/register`: `node --import offloop/register app.js` measures an application that was not changed for it.
 *  Any thread of the application. */
import { isMainThread } from 'node:worker_threads'
import { startOnce } from './registration.ts'

export { getTelemetry, type RegisteredTelemetry } from './registration.ts'

// Waited for, so that the first line of the application is measured as the last one is.
await startOnce(async () => {
  if (isMainThread) return await (await import('./start.ts')).start()
  try {
    return (await import('./worker-threads.ts')).takePart()
  } catch (error) {
    console.error(
      `offloop: this worker thread is not measured: ${error instanceof Error ? error.message : error}`,
    )
    return undefined
  }
})
