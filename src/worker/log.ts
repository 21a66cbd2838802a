/** The aggregator's own lines: to stderr, to the creating thread, or nowhere. Aggregator thread. */
import { writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { AggregatorBoot, LogMessage } from '../shared/aggregator-boot.ts'
import { ControlWord } from '../shared/memory/control-block.ts'
import { isFinalFlushDue } from '../shared/memory/final-flush-words.ts'

const STDERR = 2
/** Lines on their way to the creating thread that are kept until it has taken them. */
const KEPT_LINES_MAX = 100

/** Where lines go: each is on its way at once. */
export interface AggregatorLog {
  readonly write: (line: string) => void
  /** Writes to stderr what the creating thread, which is about to end, has not taken. */
  readonly rescue: () => void
}

export function createLog(target: AggregatorBoot['log'], control: Int32Array): AggregatorLog {
  if (target === 'none') return { write: () => {}, rescue: () => {} }
  if (target === 'stderr') return { write: writeLine, rescue: () => {} }
  const kept: string[] = []
  const takenBefore = Atomics.load(control, ControlWord.logTaken)
  let sentCount = 0
  return {
    write: line => {
      // The loop that would take the message stands still, perhaps for good.
      if (isFinalFlushDue(control)) return writeLine(line)
      parentPort?.postMessage({ type: 'log', line } satisfies LogMessage)
      sentCount++
      kept.push(line)
      if (kept.length > KEPT_LINES_MAX) kept.shift()
    },
    rescue: () => {
      const takenCount = (Atomics.load(control, ControlWord.logTaken) - takenBefore) | 0
      const untakenCount = Math.max(0, sentCount - takenCount)
      if (untakenCount > kept.length) {
        writeLine(
          `offloop: ${untakenCount - kept.length} lines on their way to the log option were lost; after them:`,
        )
      }
      for (const line of untakenCount === 0 ? [] : kept.slice(-untakenCount)) writeLine(line)
      kept.length = 0
    },
  }
}

/** `console` of a worker thread waits for the main thread's loop, which may be the very thing that is blocked. */
function writeLine(line: string): void {
  try {
    writeSync(STDERR, `${line}\n`)
  } catch {
    // A full or closed pipe: there is nowhere left to say so.
  }
}
