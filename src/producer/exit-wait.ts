/** Waits, without turning the loop, for the aggregator to answer a final flush. Creating thread, at its exit. */
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { finalFlushAnswer } from '../shared/memory/final-flush-words.ts'

const WAIT_SLICE_MS = 50
/** Five of the aggregator's longest pauses between two ticks: one that has not ticked for so long is frozen or dead. */
export const SILENCE_MS_MAX = 500

export type ExitWaitEnd = 'answered' | 'closed' | 'timed out' | 'silent' | 'down'

/** Down for good, or waiting to be started again. */
export function isGone(state: number): boolean {
  return state === AggregatorState.stopped || state === AggregatorState.restarting
}

/** Waits in slices until the request is answered, the deadline has passed, or the aggregator is gone. One that is still being
 *  started has all the time there is, and so has one that has begun: writing a file takes as long as it takes.
 *  @param options.deadlineMs by the clock of `nowMs`
 *  @param options.signOfLife changes as long as the aggregator is at work */
export function waitForFinalFlush(
  control: Int32Array,
  request: number,
  options: { deadlineMs: number; nowMs: () => number; signOfLife: () => number },
): ExitWaitEnd {
  const { deadlineMs, nowMs, signOfLife } = options
  let sign = signOfLife()
  let silentSinceMs = nowMs()
  for (;;) {
    // Looked at before the answer: one that has stopped may have answered just before.
    const state = Atomics.load(control, ControlWord.aggregatorState)
    const done = Atomics.load(control, ControlWord.finalDone)
    if (finalFlushAnswer(control, request) !== undefined) return 'answered'
    // It closes at the same time, and has done all that it was asked for.
    if (state === AggregatorState.closed) return 'closed'
    if (isGone(state)) return 'down'
    const atMs = nowMs()
    if (atMs >= deadlineMs) return 'timed out'
    const isAtWork =
      state === AggregatorState.booting || Atomics.load(control, ControlWord.finalBegun) === request
    const latestSign = signOfLife()
    if (isAtWork || latestSign !== sign) {
      sign = latestSign
      silentSinceMs = atMs
    } else if (atMs - silentSinceMs >= SILENCE_MS_MAX) return 'silent'
    Atomics.wait(control, ControlWord.finalDone, done, Math.min(WAIT_SLICE_MS, deadlineMs - atMs))
  }
}
