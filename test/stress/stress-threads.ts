/** The threads of the stress run: kept from case to case, so that they are warm, and replaced when they have ended. */
import { Worker } from 'node:worker_threads'

export class StressThreads {
  #reader: Worker | undefined
  readonly #producers: (Worker | undefined)[] = []

  get reader(): Worker {
    this.#reader ??= new Worker(new URL('./reader-thread.js', import.meta.url))
    return this.#reader
  }

  producer(producer: number): Worker {
    const url = new URL('./producer-thread.js', import.meta.url)
    this.#producers[producer] ??= new Worker(url, { workerData: producer })
    return this.#producers[producer]
  }

  /** @returns when no instruction of it runs any more */
  async terminateProducer(producer: number): Promise<void> {
    const thread = this.#producers[producer]
    this.#producers[producer] = undefined
    await thread?.terminate()
  }

  async end(): Promise<void> {
    const threads = [this.#reader, ...this.#producers]
    this.#reader = undefined
    this.#producers.length = 0
    await Promise.all(threads.map(thread => thread?.terminate()))
  }
}
