/** The final flush at the exit of the creating thread: asks every aggregator to take what is left, waits for all of them
 *  together, and says what was not taken. Never throws, and never touches the exit code. */
import { readdirSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { TelemetryError } from '../shared/errors.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { finalFlushAnswer, requestFinalFlush } from '../shared/memory/final-flush-words.ts'
import { isTemporaryName } from '../shared/snapshot-file-name.ts'
import { type ExitWaitEnd, SILENCE_MS_MAX, waitForFinalFlush } from './exit-wait.ts'
import type { Recorder } from './recorder.ts'
import { shortfallText } from './shortfall.ts'

const STDERR = 2

/** One telemetry, as its exit sees it. */
export interface ExitingTelemetry {
  readonly control: Int32Array
  readonly recorder: Pick<Recorder, 'publish' | 'activity' | 'untaken'>
  /** How long to wait at most; 0: not at all. */
  readonly timeoutMs: number
  readonly snapshotFile: string | undefined
  readonly log: ((line: string) => void) | false | undefined
}

/** A final flush under way. */
interface Asked {
  readonly telemetry: ExitingTelemetry
  readonly request: number
}

const open = new Set<ExitingTelemetry>()
/** What each had recorded when it was last flushed. */
const flushedActivity = new WeakMap<ExitingTelemetry, number>()
/** When the first wait began: all of them share one bound. */
let beganAtMs: number | undefined

/** Flushes this telemetry when the thread exits, until it is taken back. */
export function flushAtExit(telemetry: ExitingTelemetry): () => void {
  if (open.size === 0) listen()
  open.add(telemetry)
  return () => {
    open.delete(telemetry)
    if (open.size === 0) forget()
  }
}

/** @throws TelemetryError OFFLOOP_OPTION when an open telemetry of this thread writes the same file */
export function refuseSharedSnapshotFile(path: string | undefined): void {
  if (path === undefined || ![...open].some(({ snapshotFile }) => snapshotFile === path)) return
  const fix = 'give each telemetry a file of its own, or close the one that writes this file first'
  throw new TelemetryError('OFFLOOP_OPTION', { at: 'snapshotFile', got: path, fix })
}

/** The first listener, so that no other can end the process before, and the last, for what the others recorded. */
function listen(): void {
  process.prependListener('exit', flushAll)
  process.on('exit', flushRest)
  process.on('newListener', stayLast)
}

function forget(): void {
  process.off('exit', flushAll)
  process.off('exit', flushRest)
  process.off('newListener', stayLast)
}

function stayLast(event: string | symbol, listener: unknown): void {
  if (event !== 'exit' || listener === flushAll || listener === flushRest) return
  // The listener that is new is added after this returns.
  process.nextTick(() => {
    if (open.size === 0 || process.listeners('exit').at(-1) === flushRest) return
    process.off('exit', flushRest)
    process.on('exit', flushRest)
  })
}

function flushAll(): void {
  flush([...open])
}

/** Those that have recorded since the first flush, in exit handlers. */
function flushRest(): void {
  flush(
    [...open].filter(telemetry => {
      telemetry.recorder.publish()
      return telemetry.recorder.activity !== flushedActivity.get(telemetry)
    }),
  )
}

/** All are asked before any is waited for. */
function flush(telemetries: readonly ExitingTelemetry[]): void {
  beganAtMs ??= performance.now()
  const asked = telemetries.flatMap(telemetry => guarded(() => ask(telemetry)) ?? [])
  for (const one of asked) guarded(() => finish(one))
}

function ask(telemetry: ExitingTelemetry): Asked | undefined {
  const { control, recorder, timeoutMs, snapshotFile } = telemetry
  recorder.publish()
  const { activity } = recorder
  flushedActivity.set(telemetry, activity)
  if (timeoutMs === 0) return undefined
  // Nothing was ever recorded, and nothing is to be written: such a process is not held up at all.
  const isUnused = activity === 0 && Atomics.load(control, ControlWord.nextLaneId) <= 1
  if (isUnused && snapshotFile === undefined) return undefined
  if (Atomics.load(control, ControlWord.aggregatorState) === AggregatorState.stopped) {
    sayShortfall(telemetry, 'down')
    return undefined
  }
  return { telemetry, request: requestFinalFlush(control) }
}

function finish({ telemetry, request }: Asked): void {
  const { control, timeoutMs } = telemetry
  const end = waitForFinalFlush(control, request, {
    deadlineMs: (beganAtMs ?? 0) + timeoutMs,
    nowMs: () => performance.now(),
    signOfLife: () => Atomics.load(control, ControlWord.clockMs) + telemetry.recorder.untaken.samples,
  })
  const answer = finalFlushAnswer(control, request)
  if (answer === undefined) {
    sayShortfall(telemetry, end)
    removeHalfWritten(telemetry)
  } else if (answer.lost > 0) {
    say(telemetry, `offloop: ${shortfallText({ samples: answer.lost })} lost since the start, on all threads`)
  }
}

/** The aggregator ends with the process, be it in the middle of writing. */
function removeHalfWritten({ snapshotFile }: ExitingTelemetry): void {
  if (snapshotFile === undefined) return
  const folder = dirname(snapshotFile)
  for (const name of readdirSync(folder)) {
    if (isTemporaryName(name, basename(snapshotFile), process.pid))
      rmSync(join(folder, name), { force: true })
  }
}

function sayShortfall(telemetry: ExitingTelemetry, end: ExitWaitEnd): void {
  const { samples, dropped, increments } = telemetry.recorder.untaken
  const { snapshotFile } = telemetry
  const parts: string[] = []
  if (samples + dropped + increments > 0) {
    parts.push(`${shortfallText({ samples: samples + dropped, increments })} of this thread not taken over`)
  }
  if (snapshotFile !== undefined) parts.push(`the snapshot file ${snapshotFile} not written`)
  if (parts.length === 0) return
  say(telemetry, `offloop: at exit, ${parts.join(', and ')}: the aggregator ${reasonOf(end, telemetry)}`)
}

function reasonOf(end: ExitWaitEnd, { control, timeoutMs }: ExitingTelemetry): string {
  if (end === 'down') return 'is down'
  if (end === 'silent') return `has given no sign of life for ${SILENCE_MS_MAX} ms`
  const isBooting = Atomics.load(control, ControlWord.aggregatorState) === AggregatorState.booting
  return isBooting ? `was not up within ${timeoutMs} ms` : `has not answered within ${timeoutMs} ms`
}

function say({ log }: ExitingTelemetry, line: string): void {
  // Not by `console`: on a worker thread it waits for a loop that may not turn again.
  if (log === undefined) writeSync(STDERR, `${line}\n`)
  else if (log !== false) log(line)
}

/** Whatever fails here must neither hide why the process ends nor change its exit code. */
function guarded<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
