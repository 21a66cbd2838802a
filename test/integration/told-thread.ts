/** A worker thread that does as it is told: functions are sent there as text, and run beside the built package. */
import { Worker } from 'node:worker_threads'
import type * as offloop from 'offloop'
import type { AttachedTelemetry, AttachOptions, TelemetryShare } from 'offloop'
import { onTestFinished } from 'vitest'

/** What a function finds on the thread. */
export interface Here {
  readonly offloop: typeof offloop
  /** Attached when the thread was started with a share. */
  readonly telemetry: AttachedTelemetry
  /** For whatever the next function wants to find again. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test keeps is its own affair
  readonly kept: Record<string, any>
}

interface Answer {
  readonly callId: number
  readonly value?: unknown
  readonly error?: { readonly message: string; readonly code: string | undefined }
}

/** A failure of a function on the thread, with the code it had there. */
class ToldError extends Error {
  readonly code: string | undefined

  constructor({ message, code }: { message: string; code: string | undefined }) {
    super(message)
    this.code = code
  }
}

export class ToldThread {
  readonly #worker: Worker
  readonly #calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #nextCallId = 0
  readonly ended: Promise<number>

  /** Starts a thread, which ends with the test at the latest.
   *  @param share what it attaches to before anything else; left out, it attaches when told to */
  constructor(share?: TelemetryShare, attachOptions?: AttachOptions) {
    this.#worker = new Worker(new URL('./threads/told.mjs', import.meta.url), {
      workerData: { share, attachOptions },
    })
    this.#worker.on('message', ({ callId, value, error }: Answer) => {
      const call = this.#calls.get(callId)
      this.#calls.delete(callId)
      if (error === undefined) call?.resolve(value)
      else call?.reject(new ToldError(error))
    })
    this.#worker.on('error', error => this.#failAll(error as Error))
    this.ended = new Promise(resolve => {
      this.#worker.once('exit', code => {
        this.#failAll(new Error(`the thread ended with code ${code}`))
        resolve(code)
      })
    })
    onTestFinished(() => this.terminate())
  }

  get threadId(): number {
    return this.#worker.threadId
  }

  /** Runs a function on the thread. It must be whole in itself: nothing of the test's scope is there.
   *  @returns its result, structured-cloned
   *  @throws ToldError what it threw */
  run<Given extends unknown[], Result>(
    work: (here: Here, ...given: Given) => Result,
    ...given: Given
  ): Promise<Awaited<Result>> {
    const callId = this.#nextCallId++
    return new Promise((resolve, reject) => {
      this.#calls.set(callId, { resolve: resolve as (value: unknown) => void, reject })
      const transferList = given.filter(value => value instanceof MessagePort)
      this.#worker.postMessage({ callId, source: work.toString(), given }, transferList)
    })
  }

  /** Lets the thread end by itself, as soon as nothing keeps it alive. */
  async end(): Promise<void> {
    this.#worker.postMessage({})
    await this.ended
  }

  /** Ends it in the middle of whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
  }
}
