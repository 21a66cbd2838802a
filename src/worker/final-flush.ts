/** The final flush: what is done when the process ends, asked for by message or through shared memory. Aggregator thread. */
import type { FinalOutcome } from '../shared/control-api.ts'
import { ControlWord } from '../shared/memory/control-block.ts'
import { answerFinalFlush } from '../shared/memory/final-flush-words.ts'
import type { TelemetrySnapshot } from '../shared/snapshot.ts'
import { writeSnapshotFile } from './snapshot-file.ts'

/** Other threads may go on recording: it is not for them to keep the process from ending. */
const DRAIN_ROUNDS_MAX = 8

/** What the final flush needs of the aggregator. */
export interface FinalFlushParts {
  /** Takes what is published. @returns samples taken */
  readonly drain: () => number
  readonly flush: () => { readonly lost: number }
  readonly checkSlos: () => unknown
  readonly snapshot: () => TelemetrySnapshot
  readonly log: (line: string) => void
}

/** Takes everything, checks every SLO once more, and writes the snapshot file where there is to be one. */
export function flushFinally(parts: FinalFlushParts, snapshotFile: string | undefined): FinalOutcome {
  for (let round = 0; round < DRAIN_ROUNDS_MAX && parts.drain() > 0; round++);
  const { lost } = parts.flush()
  parts.checkSlos()
  if (snapshotFile === undefined) return { lost }
  const snapshotFileError = writeSnapshotFile(snapshotFile, parts.snapshot)
  if (snapshotFileError === undefined) return { lost }
  parts.log(`offloop: the snapshot file ${snapshotFile} was not written: ${snapshotFileError}`)
  return { lost, snapshotFileError }
}

/** Answers requests that come through the control block. Does not keep the thread alive.
 *  @param begin runs as soon as a request is seen
 *  @param flush runs when everything has arrived that was posted before the request was made */
export function answerFinalRequests(
  control: Int32Array,
  { begin, flush }: { begin: () => void; flush: () => FinalOutcome },
): void {
  const listen = () => {
    const done = Atomics.load(control, ControlWord.finalDone)
    // A request that another aggregator has left unanswered is answered by this one.
    const wait = Atomics.waitAsync(control, ControlWord.finalRequest, done)
    const asked = wait.async ? wait.value : Promise.resolve('not-equal' as const)
    asked.then(() => {
      const request = Atomics.load(control, ControlWord.finalRequest)
      Atomics.store(control, ControlWord.finalBegun, request)
      begin()
      // Announcements of lanes and orders posted before the request may still wait in a port. Two turns of the loop: one
      // may have begun already, past the ports.
      setImmediate(() =>
        setImmediate(() => {
          answerFinalFlush(control, request, flush())
          listen()
        }),
      )
    })
  }
  listen()
}
