/** A thread of `programs/recording-thread.mjs`, and what it has counted of its own recording. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ResourceLimits, Worker } from 'node:worker_threads'
import type { Telemetry } from 'offloop'
import { onTestFinished } from 'vitest'

const POLL_MS = 2
const POLLS_MAX = 5_000

export interface RecordingOptions {
  readonly label: string
  readonly fate?: string
  readonly publishEvery?: number
  /** 0: records until it is terminated. */
  readonly sampleCount?: number
  /** Sleeps a millisecond each so many samples; 0: never. */
  readonly restEvery?: number
  readonly markCount?: number
  readonly silentMs?: number
  readonly resourceLimits?: ResourceLimits
}

/** It records 1, 2, 3 … */
export class RecordingThread {
  readonly threadId: number
  /** With its exit code. */
  readonly ended: Promise<number>
  error: unknown
  readonly #worker: Worker
  readonly #tally = new Float64Array(new SharedArrayBuffer(24))

  constructor(telemetry: Telemetry, { resourceLimits = {}, ...options }: RecordingOptions) {
    this.#worker = new Worker(new URL('./programs/recording-thread.mjs', import.meta.url), {
      workerData: { share: telemetry.share(), tally: this.#tally, fate: 'end', ...options },
      resourceLimits,
    })
    this.threadId = this.#worker.threadId
    this.#worker.on('error', error => {
      this.error = error
    })
    this.ended = new Promise(resolve => this.#worker.once('exit', resolve))
    onTestFinished(() => void this.#worker.terminate())
  }

  /** Samples whose recording had begun when it was last heard of. */
  get begunCount(): number {
    return this.#tally[0]!
  }

  /** Samples that were recorded. */
  get doneCount(): number {
    return this.#tally[1]!
  }

  /** Increments that were counted. */
  get hitCount(): number {
    return this.#tally[2]!
  }

  async hasBegun(): Promise<void> {
    for (let poll = 0; this.doneCount === 0 && poll < POLLS_MAX; poll++) await sleep(POLL_MS)
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
    await this.ended
  }
}

/** Of 1, 2, 3 … up to `count`. */
export function sumTo(count: number): number {
  return (count * (count + 1)) / 2
}
