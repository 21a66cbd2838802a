/** How the creating thread asks for a final flush when its loop has ended, and how it is told of the outcome: through words of
 *  the control block, since nothing else reaches a thread that turns no more. */
import type { FinalOutcome } from '../control-api.ts'
import { ControlWord } from './control-block.ts'

const LOST_MAX = 2 ** 32 - 1

/** Asks, and wakes whoever listens. Creating thread.
 *  @returns the number of this request */
export function requestFinalFlush(control: Int32Array): number {
  const request = (Atomics.load(control, ControlWord.finalRequest) + 1) | 0
  Atomics.store(control, ControlWord.finalRequest, request)
  Atomics.notify(control, ControlWord.finalRequest)
  return request
}

/** Whether the creating thread is waiting for one: its loop may not turn again. */
export function isFinalFlushDue(control: Int32Array): boolean {
  return Atomics.load(control, ControlWord.finalRequest) !== Atomics.load(control, ControlWord.finalDone)
}

/** Says what came of it. Aggregator thread. */
export function answerFinalFlush(control: Int32Array, request: number, outcome: FinalOutcome): void {
  Atomics.store(control, ControlWord.finalLost, Math.min(outcome.lost, LOST_MAX) | 0)
  Atomics.store(control, ControlWord.finalFileFailed, outcome.snapshotFileError === undefined ? 0 : 1)
  // Stored last: whoever sees the number sees what came of it.
  Atomics.store(control, ControlWord.finalDone, request)
  Atomics.notify(control, ControlWord.finalDone)
}

/** What came of the request, once it is done; undefined before. Creating thread. */
export function finalFlushAnswer(
  control: Int32Array,
  request: number,
): { readonly lost: number; readonly isFileFailed: boolean } | undefined {
  if (Atomics.load(control, ControlWord.finalDone) !== request) return undefined
  return {
    lost: Atomics.load(control, ControlWord.finalLost) >>> 0,
    isFileFailed: Atomics.load(control, ControlWord.finalFileFailed) === 1,
  }
}
