/** Starts and watches the process that makes the load. It never outlives its bounds, nor this process. */
import { type ChildProcess, fork } from 'node:child_process'
import type { LoadMessage, LoadPlan, LoadResult } from './load.ts'

const START_TIMEOUT_MS = 15_000
const STOP_TIMEOUT_MS = 2_000
/** More than what it allows itself: it ends by itself, unless it hangs. */
const GRACE_MS = 12_000

export class LoadProcess {
  readonly #child: ChildProcess
  readonly #started: Promise<void>
  readonly #finished: Promise<LoadResult | undefined>
  #killTimer: NodeJS.Timeout
  #isStopped = false

  constructor(plan: LoadPlan) {
    this.#child = fork(new URL('./load.js', import.meta.url), [JSON.stringify(plan)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Flags such as --inspect are meant for this process.
      execArgv: [],
    })
    this.#killTimer = this.#killAfter(START_TIMEOUT_MS)
    this.#started = new Promise((resolve, reject) => {
      this.#child.on('message', (message: LoadMessage) => {
        if (message.type !== 'started') return
        clearTimeout(this.#killTimer)
        this.#killTimer = this.#killAfter(plan.durationMs + GRACE_MS)
        resolve()
      })
      this.#child.once('error', reject)
      this.#child.once('exit', () => reject(new Error('it ended before it began')))
    })
    this.#finished = this.#watch()
    // Whoever waits for them hears of it; nobody waits for both all the time.
    this.#started.catch(() => {})
    this.#finished.catch(() => {})
  }

  /** Resolves when the first request is about to go out.
   *  @throws Error saying why there is no load */
  async started(): Promise<void> {
    // A failure is told best by how it ended.
    await this.#started.catch(() => this.#finished)
  }

  /** What the clients saw, once the process is gone; undefined when it was stopped before it had anything to tell.
   *  @throws Error saying why there is no load */
  finished(): Promise<LoadResult | undefined> {
    return this.#finished
  }

  /** Asks for the end, and sees to it. `finished` then resolves with what there was so far. */
  stop(): void {
    if (this.#isStopped || this.#child.exitCode !== null) return
    this.#isStopped = true
    clearTimeout(this.#killTimer)
    this.#killTimer = this.#killAfter(STOP_TIMEOUT_MS)
    // A child that is just ending cannot be told, and need not be.
    this.#child.send('stop', () => {})
  }

  #watch(): Promise<LoadResult | undefined> {
    return new Promise((resolve, reject) => {
      let result: LoadResult | undefined
      let reason = ''
      this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        reason = (reason + text).slice(-2_000)
      })
      this.#child.on('message', (message: LoadMessage) => {
        if (message.type === 'finished') result = message.result
        if (message.type === 'failed') reason = message.reason
      })
      this.#child.once('error', error => reject(loadError(error.message)))
      this.#child.once('close', (code, signal) => {
        clearTimeout(this.#killTimer)
        if (result !== undefined || this.#isStopped) resolve(result)
        else reject(loadError(reason.trim() || `it ended with ${signal ?? `exit code ${code}`}`))
      })
    })
  }

  #killAfter(timeoutMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs).unref()
  }
}

function loadError(reason: string): Error {
  return new Error(`the load generator failed: ${reason}`)
}
