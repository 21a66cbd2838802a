/** Runs what is left to do when this thread ends by itself. Producer thread. */

const callbacks = new Set<() => void>()

function runAll(): void {
  for (const callback of callbacks) callback()
}

/** Calls back in the thread's `exit` event: synchronous work only.
 *  @returns takes the callback back. One listener serves all of them, so that many telemetries do not look like a leak. */
export function onThreadExit(callback: () => void): () => void {
  if (callbacks.size === 0) process.on('exit', runAll)
  callbacks.add(callback)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size === 0) process.off('exit', runAll)
  }
}
