/** One aggregator thread, from its start to its end. Creating thread. */
import type { Worker } from 'node:worker_threads'
import type { AggregatorBoot, AggregatorMessage } from '../shared/aggregator-boot.ts'
import type { ChannelMessage } from '../shared/share.ts'
import { type Death, deathBy } from './supervisor.ts'
import { startWorker } from './worker-source.ts'

/** The worker thread. It never keeps the process alive. */
export class AggregatorThread {
  readonly #worker: Worker
  readonly #exited: Promise<void>

  /** @param onEnd called once, when the thread has ended, for whatever reason */
  constructor(
    boot: AggregatorBoot,
    listeners: { onEnd: (death: Death) => void; onMessage: (message: AggregatorMessage) => void },
  ) {
    this.#worker = startWorker({
      name: 'offloop-aggregator',
      workerData: boot,
      transferList: [boot.controlPort, ...boot.readers.map(({ port }) => port)],
      argv: [],
    })
    let death: Death | undefined
    this.#worker.on('error', error => {
      death = deathBy(error)
    })
    this.#exited = new Promise(resolve => {
      this.#worker.once('exit', exitCode => {
        listeners.onEnd(death ?? deathBy(`it ended with exit code ${exitCode}`))
        resolve()
      })
    })
    this.#worker.on('message', (message: AggregatorMessage) => listeners.onMessage(message))
    this.#worker.unref()
  }

  /** Messages wait in the worker's port until it is up. */
  send(message: ChannelMessage): void {
    this.#worker.postMessage(message)
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
    await this.#exited
  }
}
