/** What a thread other than the creating one sees of the aggregator's life, in shared memory. Attached threads. */
import { setTimeout as sleep } from 'node:timers/promises'
import { TelemetryError } from '../shared/errors.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import type { TelemetryShare } from '../shared/share.ts'

const BOOT_POLL_MS = 5
const WATCH_INTERVAL_MS = 50

interface WatchListeners {
  /** What was asked before has to be asked again. */
  readonly onRestart: () => void
  readonly onDown: (error: TelemetryError) => void
}

/** Notices that another aggregator was started, or that none will be. It never keeps the thread alive. */
export class RestartWatch {
  readonly #control: Int32Array
  #timer: NodeJS.Timeout | undefined

  constructor(share: TelemetryShare) {
    this.#control = new Int32Array(share.control)
  }

  start({ onRestart, onDown }: WatchListeners): void {
    let generation = this.#generation
    const look = () => {
      if (isDown(this.#control)) onDown(downError())
      if (this.#generation === generation) return
      generation = this.#generation
      onRestart()
    }
    this.#timer = setInterval(look, WATCH_INTERVAL_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  get #generation(): number {
    return Atomics.load(this.#control, ControlWord.generation)
  }
}

/** Waits for the aggregator to run, be it the first or the next; the caller bounds the wait.
 *  @throws TelemetryError OFFLOOP_AGGREGATOR_DOWN */
export async function aggregatorUp(share: TelemetryShare): Promise<void> {
  const control = new Int32Array(share.control)
  for (;;) {
    const state = Atomics.load(control, ControlWord.aggregatorState)
    if (state === AggregatorState.running) return
    if (state === AggregatorState.stopped || state === AggregatorState.closed) throw downError()
    await sleep(BOOT_POLL_MS, undefined, { ref: false })
  }
}

/** A telemetry that is closed says so by itself: also one that went down while it was being closed. */
function isDown(control: Int32Array): boolean {
  const isStopped = Atomics.load(control, ControlWord.aggregatorState) === AggregatorState.stopped
  return isStopped && Atomics.load(control, ControlWord.closed) === 0
}

function downError(): TelemetryError {
  return new TelemetryError('OFFLOOP_AGGREGATOR_DOWN', { fix: 'ask while the telemetry is open' })
}
