/** Runs on the aggregator thread before it starts: lets the program that injected it freeze the thread at any access of shared
 *  memory, in the middle of a drain too. */
import { workerData } from 'node:worker_threads'

const FROZEN_MS_MAX = 30_000

const words = new Int32Array(workerData.freeze)
const { load } = Atomics
Atomics.load = (array, index) => {
  while (load(words, 0) === 1) {
    Atomics.store(words, 1, 1)
    Atomics.notify(words, 1)
    if (Atomics.wait(words, 0, 1, FROZEN_MS_MAX) === 'timed-out') break
  }
  return load(array, index)
}
