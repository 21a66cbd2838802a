/** Ends telemetries on signals that end the process, which runs no exit handler then. Main thread. */
import { isMainThread } from 'node:worker_threads'
import { TelemetryError } from '../shared/errors.ts'
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
  /** How long the end may be put off; 0: not at all. */
  readonly timeoutMs: number
  /** Neither rejects. */
  readonly close: (timeoutMs: number) => Promise<FlushResult>
  readonly finalFlush: (timeoutMs: number) => Promise<FlushResult>
  readonly log: (line: string) => void
}

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
      // First: a listener of the application that hears but one signal is gone when its turn is over.
      process.prependListener(signal, onSignal)
    }
    telemetries.add(mine)
  }
  return () => {
    for (const signal of listened) remove(signal, mine)
  }
}

function onSignal(name: NodeJS.Signals): void {
  const signal = name as EndingSignal
  const telemetries = [...(bySignal.get(signal) ?? [])]
  if (process.listenerCount(signal) > 1) {
    // The application ends by itself, and records until then.
    for (const telemetry of telemetries) void settle(signal, telemetry, telemetry.finalFlush)
    return
  }
  // Nobody listens any more: a second signal ends the process at once, as if we had never been there.
  for (const [each, all] of [...bySignal]) for (const telemetry of [...all]) remove(each, telemetry)
  Promise.all(telemetries.map(telemetry => settle(signal, telemetry, telemetry.close))).finally(() =>
    process.kill(process.pid, signal),
  )
}

async function settle(
  signal: EndingSignal,
  { timeoutMs, log }: SignalledTelemetry,
  work: (timeoutMs: number) => Promise<FlushResult>,
): Promise<void> {
  if (timeoutMs === 0) return
  let timer: NodeJS.Timeout | undefined
  const gaveUp = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), timeoutMs + STOP_MS_MAX)
  })
  const result = await Promise.race([work(timeoutMs), gaveUp])
  clearTimeout(timer)
  if (result === undefined) log(`offloop: at ${signal}, the telemetry was not closed within ${timeoutMs} ms`)
  else if (result.lost > 0) {
    const reason = result.timedOut ? `: the aggregator has not answered within ${timeoutMs} ms` : ''
    log(`offloop: at ${signal}, ${shortfallText({ samples: result.lost })} lost or not taken over${reason}`)
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
