/** The final flush at the exit of the creating thread: first of all exit listeners, and once more after the last. */
import { basename, dirname, join } from 'node:path'
import { TelemetryError } from '../shared/errors.ts'
import { isTemporaryName } from '../shared/snapshot-file-name.ts'
import { type EndingTelemetry, flushAndWait, guarded } from './flush-and-wait.ts'

const open = new Set<EndingTelemetry>()
/** What each had recorded when it was flushed. */
const flushedActivity = new WeakMap<EndingTelemetry, number>()
/** When the first wait began: all of them share one bound. */
let beganAtMs: number | undefined

/** Marks our listeners, whichever copy of offloop they are of. */
const OURS = Symbol.for('offloop.exitListener')
/** Somebody else may want to be the last as well. */
let movesLeft = 1_000

/** Flushes this telemetry when the thread exits, until it is taken back. */
export function flushAtExit(telemetry: EndingTelemetry): () => void {
  if (open.size === 0) listen()
  open.add(telemetry)
  return () => {
    if (open.delete(telemetry) && open.size === 0) forget()
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

function stayLast(event: string | symbol, listener: object): void {
  if (event !== 'exit' || isOurs(listener) || movesLeft === 0) return
  // The listener that is new is added after this returns.
  process.nextTick(() => {
    const listeners = process.listeners('exit')
    const isLast = listeners.slice(listeners.indexOf(flushRest) + 1).every(isOurs)
    if (open.size === 0 || isLast) return
    movesLeft--
    process.off('exit', flushRest)
    process.on('exit', flushRest)
  })
}

/** Also those of another copy of offloop: two that each want to be the last would move for ever. */
function isOurs(listener: object): boolean {
  return OURS in listener
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

for (const listener of [flushAll, flushRest]) Object.defineProperty(listener, OURS, { value: true })

function flush(telemetries: readonly EndingTelemetry[]): void {
  beganAtMs ??= performance.now()
  const unanswered = flushAndWait(telemetries, 'exit', beganAtMs)
  for (const telemetry of telemetries) flushedActivity.set(telemetry, telemetry.recorder.activity)
  for (const { snapshotFile } of unanswered) guarded(() => removeHalfWritten(snapshotFile))
}

/** The aggregator ends with the process, be it in the middle of writing. */
function removeHalfWritten(snapshotFile: string | undefined): void {
  // Got from the process: to import it would cost everybody a millisecond (docs/adr/0009).
  const fs = process.getBuiltinModule?.('node:fs')
  if (snapshotFile === undefined || fs === undefined) return
  const folder = dirname(snapshotFile)
  for (const name of fs.readdirSync(folder)) {
    if (isTemporaryName(name, basename(snapshotFile), process.pid)) {
      fs.rmSync(join(folder, name), { force: true })
    }
  }
}
