/** Ends telemetries on signals that end the process, which runs no exit handler then. Main thread. */
import { isMainThread } from 'node:worker_threads'
import { TelemetryError } from '../shared/errors.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { type EndingTelemetry, flushAndWait, guarded, sayShortfall } from './flush-and-wait.ts'
import { shortfallText } from './shortfall.ts'
import type { FlushResult } from './thread-telemetry.ts'

/** Signals that ask a process to end, and that Node lets it listen to. */
export type EndingSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGBREAK' | 'SIGUSR2'

const ENDING_SIGNALS: readonly EndingSignal[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGBREAK',
  'SIGUSR2',
]

/** To stop the thread and the readers once the aggregator has answered. */
const STOP_MS_MAX = 500

/** One telemetry, as a signal sees it. */
export interface SignalledTelemetry {
  readonly ending: EndingTelemetry
  /** Never rejects. */
  readonly close: (timeoutMs: number) => Promise<FlushResult>
  readonly log: (line: string) => void
}

/** What all copies of offloop in this process agree on: one that has closed waits for the others before it ends them. */
interface Copies {
  closingCount: number
}
const COPIES_KEY: unique symbol = Symbol.for('offloop.closingOnSignal') as never
const everyCopy = globalThis as { [COPIES_KEY]?: Copies }
everyCopy[COPIES_KEY] ??= { closingCount: 0 }
const copies: Copies = everyCopy[COPIES_KEY]

const bySignal = new Map<EndingSignal, Set<SignalledTelemetry>>()

/** @returns takes it back
 *  @throws TelemetryError OFFLOOP_SIGNAL */
export function closeOnSignals(signals: readonly EndingSignal[], telemetry: SignalledTelemetry): () => void {
  checkSignals(signals)
  const listened = [...signals]
  // Of its own, so that taking one back leaves another for the same signal in place.
  const mine: SignalledTelemetry = { ...telemetry }
  for (const signal of listened) {
    let telemetries = bySignal.get(signal)
    if (telemetries === undefined) {
      telemetries = new Set()
      bySignal.set(signal, telemetries)
      listen(signal)
    }
    telemetries.add(mine)
  }
  return () => {
    for (const signal of listened) remove(signal, mine)
  }
}

function listen(signal: EndingSignal): void {
  // First: a listener of the application that hears but one signal is gone when its turn is over.
  if (!process.listeners(signal).includes(onSignal)) process.prependListener(signal, onSignal)
}

const onSignal: NodeJS.SignalsListener & { [COPIES_KEY]?: true } = name => {
  const signal = name as EndingSignal
  const isOurs = (listener: object) => COPIES_KEY in listener
  if (process.listeners(signal).every(isOurs)) closeAndEnd(signal)
  else flushAndLeave(signal)
}
onSignal[COPIES_KEY] = true

function closeAndEnd(signal: EndingSignal): void {
  const telemetries = [...(bySignal.get(signal) ?? [])]
  // Nobody listens any more: a second signal ends the process at once, as if we had never been there.
  for (const [each, all] of [...bySignal]) for (const telemetry of [...all]) remove(each, telemetry)
  copies.closingCount++
  Promise.all(telemetries.map(telemetry => closeOne(signal, telemetry))).finally(() => {
    if (--copies.closingCount === 0) process.kill(process.pid, signal)
  })
}

/** The application ends by itself, perhaps in this very turn: this one waits, too. Its listeners find the process as if we did
 *  not listen: some end it only if nobody else is there. */
function flushAndLeave(signal: EndingSignal): void {
  process.off(signal, onSignal)
  const endings = [...(bySignal.get(signal) ?? [])].map(({ ending }) => ending)
  flushAndWait(endings, signal, performance.now())
  setImmediate(() => {
    if (bySignal.has(signal)) listen(signal)
  })
}

async function closeOne(signal: EndingSignal, telemetry: SignalledTelemetry): Promise<void> {
  const { ending, close, log } = telemetry
  const { timeoutMs } = ending
  if (timeoutMs === 0) return
  let timer: NodeJS.Timeout | undefined
  const gaveUp = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), timeoutMs + STOP_MS_MAX)
  })
  const result = await Promise.race([close(timeoutMs), gaveUp])
  clearTimeout(timer)
  if (result === undefined) log(`offloop: at ${signal}, the telemetry was not closed within ${timeoutMs} ms`)
  else if (Atomics.load(ending.control, ControlWord.aggregatorState) !== AggregatorState.closed) {
    guarded(() => sayShortfall(ending, signal, result.timedOut ? 'timed out' : 'down'))
  } else if (result.lost > 0) {
    log(
      `offloop: at ${signal}, ${shortfallText({ samples: result.lost })} lost since the start, on all threads`,
    )
  }
}

function remove(signal: EndingSignal, telemetry: SignalledTelemetry): void {
  const telemetries = bySignal.get(signal)
  if (!telemetries?.delete(telemetry) || telemetries.size > 0) return
  bySignal.delete(signal)
  process.off(signal, onSignal)
}

function checkSignals(signals: readonly EndingSignal[]): void {
  if (!Array.isArray(signals) || signals.length === 0) {
    const fix = "give an array of signals, such as ['SIGTERM', 'SIGINT']"
    throw new TelemetryError('OFFLOOP_SIGNAL', { at: 'signals', got: signals, fix })
  }
  for (const [index, signal] of signals.entries()) {
    if (ENDING_SIGNALS.includes(signal)) continue
    const fix = `use one of ${ENDING_SIGNALS.join(', ')}: no other signal both asks a process to end and can be listened to`
    throw new TelemetryError('OFFLOOP_SIGNAL', { at: `signals[${index}]`, got: signal, fix })
  }
  if (!isMainThread) {
    const fix = 'call it on the main thread: signals are not heard on others'
    throw new TelemetryError('OFFLOOP_SIGNAL', { fix })
  }
}
