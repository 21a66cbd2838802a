/** Starts the aggregator thread and watches over it. Creating thread. */
import { BroadcastChannel, SHARE_ENV, Worker } from 'node:worker_threads'
import type { AggregatorBoot, LogMessage } from '../shared/aggregator-boot.ts'
import { isAnnouncement } from '../shared/announcement-check.ts'
import type { ChannelMessage } from '../shared/share.ts'

/** Beside the bundle this file is part of. Tests run the sources, and the worker that was built of them: Node 20 runs no
 *  TypeScript. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/worker/main.js' : './worker/main.js',
  import.meta.url,
)

/** The worker thread. It never keeps the process alive. */
export class AggregatorThread {
  readonly #worker: Worker
  readonly #channelName: string
  #announcements: BroadcastChannel | undefined
  readonly #exited: Promise<void>
  #isClosing = false

  /** @param onDown the thread has ended without being asked to */
  constructor(
    boot: AggregatorBoot,
    listeners: { onDown: (cause: string) => void; onLog: (line: string) => void },
  ) {
    this.#worker = new Worker(WORKER_URL, {
      name: 'offloop-aggregator',
      workerData: boot,
      transferList: [boot.controlPort],
      // The application's own flags (loaders, --import, --inspect) are not for this thread.
      execArgv: [],
      argv: [],
      env: SHARE_ENV,
    })
    let cause = 'it ended'
    this.#worker.on('error', error => {
      cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    this.#exited = new Promise(resolve => {
      this.#worker.once('exit', () => {
        this.#announcements?.close()
        if (!this.#isClosing) listeners.onDown(cause)
        resolve()
      })
    })
    this.#worker.on('message', (message: LogMessage) => listeners.onLog(message.line))
    this.#worker.unref()
    this.#channelName = boot.share.id
  }

  /** Messages wait in the worker's port until it is up. */
  send(message: ChannelMessage): void {
    this.#worker.postMessage(message)
  }

  /** Passes announcements of other threads on, which may come before the aggregator is there to hear them. What it
   *  hears twice it takes once. */
  forwardAnnouncements(): void {
    if (this.#announcements !== undefined || this.#isClosing) return
    this.#announcements = new BroadcastChannel(this.#channelName)
    this.#announcements.onmessage = event => {
      const message = (event as { data: unknown }).data
      // Lanes are passed on whenever they come, since this loop may have been blocked while the aggregator started;
      // questions are not asked before it runs.
      if (isAnnouncement(message)) this.send(message)
    }
    this.#announcements.unref()
  }

  /** Ends the thread, which has been told to close. */
  async terminate(): Promise<void> {
    this.#isClosing = true
    this.#announcements?.close()
    await this.#worker.terminate()
    await this.#exited
  }
}
