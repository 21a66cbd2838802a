/** Kills the aggregator thread of this process, from outside and without a hook in the product. */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { Worker } from 'node:worker_threads'

const AGGREGATOR_NAME = 'offloop-aggregator'

/** Keeps hold of every aggregator thread that is started once this was made. */
export class AggregatorKills {
  killCount = 0
  #latest: Worker | undefined

  constructor() {
    const workerThreads = createRequire(import.meta.url)('node:worker_threads')
    const keep = (worker: Worker) => {
      this.#latest = worker
    }
    workerThreads.Worker = class extends workerThreads.Worker {
      constructor(file: unknown, options?: { name?: string }) {
        super(file, options)
        if (options?.name === AGGREGATOR_NAME) keep(this as unknown as Worker)
      }
    }
    // Modules that import `Worker` see this one from now on, however long ago they were loaded.
    syncBuiltinESMExports()
  }

  async kill(): Promise<void> {
    const worker = this.#latest
    if (worker === undefined) return
    this.killCount += 1
    await worker.terminate()
  }
}
