/** The aggregator's own lines: to stderr, to the creating thread, or nowhere. Aggregator thread. */
import { writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { AggregatorBoot, LogMessage } from '../shared/aggregator-boot.ts'

const STDERR = 2

/** A line that is on its way at once: `console` of a worker thread waits for the main thread's loop, which may be the
 *  very thing that is blocked. */
export function createLog(target: AggregatorBoot['log']): (line: string) => void {
  if (target === 'none') return () => {}
  if (target === 'message') {
    return line => parentPort?.postMessage({ type: 'log', line } satisfies LogMessage)
  }
  return line => {
    try {
      writeSync(STDERR, `${line}\n`)
    } catch {
      // A full or closed pipe: there is nowhere left to say so.
    }
  }
}
