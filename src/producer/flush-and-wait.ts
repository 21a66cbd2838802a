/** Has the aggregators take what is left, waits for all of them together without turning the loop, and says what was not taken.
 *  Creating thread, when its end is near. Never throws, and never touches the exit code. */
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { finalFlushAnswer, requestFinalFlush } from '../shared/memory/final-flush-words.ts'
import { type ExitWaitEnd, isGone, SILENCE_MS_MAX, waitForFinalFlush } from './exit-wait.ts'
import type { Recorder } from './recorder.ts'
import { shortfallText } from './shortfall.ts'

const STDERR = 2

/** One telemetry, as its end sees it. */
export interface EndingTelemetry {
  readonly control: Int32Array
  readonly recorder: Pick<Recorder, 'publish' | 'activity' | 'untaken'>
  /** How long to wait at most; 0: not at all. */
  readonly timeoutMs: number
  readonly snapshotFile: string | undefined
  readonly log: ((line: string) => void) | false | undefined
  /** Starts the next aggregator at once, where one has died and another is about to be started. */
  readonly restartNow: () => void
}

/** A final flush under way. */
interface Asked {
  readonly telemetry: EndingTelemetry
  readonly request: number
}

/** All are asked before any is waited for.
 *  @param occasion what ends the process, for people
 *  @param beganAtMs when the waiting began, by `performance.now()`: the bound counts from there
 *  @returns those that were not answered */
export function flushAndWait(
  telemetries: readonly EndingTelemetry[],
  occasion: string,
  beganAtMs: number,
): EndingTelemetry[] {
  const asked = telemetries.flatMap(telemetry => guarded(() => ask(telemetry, occasion)) ?? [])
  const unanswered = asked.filter(one => guarded(() => finish(one, occasion, beganAtMs)) !== true)
  return unanswered.map(({ telemetry }) => telemetry)
}

/** Whatever fails here must neither hide why the process ends nor change its exit code. */
export function guarded<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

function ask(telemetry: EndingTelemetry, occasion: string): Asked | undefined {
  const { control, recorder, timeoutMs, snapshotFile } = telemetry
  recorder.publish()
  if (timeoutMs === 0) return undefined
  // Nothing was ever recorded, and nothing is to be written: such a process is not held up at all.
  const isUnused = recorder.activity === 0 && Atomics.load(control, ControlWord.nextLaneId) <= 1
  if (isUnused && snapshotFile === undefined) return undefined
  // There may be no later.
  guarded(telemetry.restartNow)
  const state = Atomics.load(control, ControlWord.aggregatorState)
  if (state === AggregatorState.closed) return undefined
  if (isGone(state)) {
    sayShortfall(telemetry, occasion, 'down')
    return undefined
  }
  return { telemetry, request: requestFinalFlush(control) }
}

/** @returns whether it was answered */
function finish({ telemetry, request }: Asked, occasion: string, beganAtMs: number): boolean {
  const { control, timeoutMs, recorder } = telemetry
  const end = waitForFinalFlush(control, request, {
    deadlineMs: beganAtMs + timeoutMs,
    nowMs: () => performance.now(),
    signOfLife: () => Atomics.load(control, ControlWord.clockMs) + recorder.untaken.samples,
  })
  const answer = finalFlushAnswer(control, request)
  if (end === 'closed') return true
  if (answer === undefined) sayShortfall(telemetry, occasion, end)
  else if (answer.lost > 0) {
    say(telemetry, `offloop: ${shortfallText({ samples: answer.lost })} lost since the start, on all threads`)
  }
  return answer !== undefined
}

/** Says what was not taken over, and which file was not written: nothing, where that is nothing. */
export function sayShortfall(telemetry: EndingTelemetry, occasion: string, end: ExitWaitEnd): void {
  const { samples, dropped, increments } = telemetry.recorder.untaken
  const { snapshotFile } = telemetry
  const parts: string[] = []
  if (samples + dropped + increments > 0) {
    parts.push(`${shortfallText({ samples: samples + dropped, increments })} of this thread not taken over`)
  }
  if (snapshotFile !== undefined) parts.push(`the snapshot file ${snapshotFile} not written`)
  if (parts.length === 0) return
  const reason = reasonOf(end, telemetry)
  say(telemetry, `offloop: at ${occasion}, ${parts.join(', and ')}: the aggregator ${reason}`)
}

function reasonOf(end: ExitWaitEnd, { control, timeoutMs }: EndingTelemetry): string {
  if (end === 'down') return 'is down'
  if (end === 'silent') return `has given no sign of life for ${SILENCE_MS_MAX} ms`
  const isBooting = Atomics.load(control, ControlWord.aggregatorState) === AggregatorState.booting
  return isBooting ? `was not up within ${timeoutMs} ms` : `has not answered within ${timeoutMs} ms`
}

function say({ log }: EndingTelemetry, line: string): void {
  // Not by `console`: on a worker thread it waits for a loop that may not turn again.
  if (log === undefined) writeLine(line)
  // An async function passes for a log, too: its rejection would end the process.
  else if (log !== false) Promise.resolve<unknown>(log(line)).catch(() => {})
}

/** Node's modules are got from the process: to import them would cost everybody a millisecond (docs/adr/0009). */
function writeLine(line: string): void {
  const fs = process.getBuiltinModule?.('node:fs')
  if (fs === undefined) console.error(line)
  else fs.writeSync(STDERR, `${line}\n`)
}
