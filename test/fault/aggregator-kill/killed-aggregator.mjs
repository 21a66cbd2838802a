/** Kills the aggregator thread of this process in the ways there are. To be imported before offloop. */
import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'

const { Worker } = workerThreads
const INJECTED_URL = new URL('./injected.mjs', import.meta.url).href
/** Little, so that a thread runs out of it soon. */
const HEAP_MB = 64
const STORES_MAX = 200

/** What the injected module does, by name; the number is its order. */
const INJECTED = { throw: 1, reject: 2, exit: 3, 'out of memory': 4, hang: 5, 'exit before a store': 6 }
export const WAYS = ['terminate', ...Object.keys(INJECTED)]

const killOrder = new Int32Array(new SharedArrayBuffer(8))
let latest
let startCount = 0

workerThreads.Worker = class extends Worker {
  constructor(file, options) {
    if (options?.name !== 'offloop-aggregator') {
      super(file, options)
      return
    }
    super(file, {
      ...options,
      workerData: { ...options.workerData, killOrder },
      execArgv: [...(options.execArgv ?? []), '--import', INJECTED_URL],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    latest = this
    startCount += 1
  }
}
syncBuiltinESMExports()

/** Aggregator threads there have been. */
export function startedCount() {
  return startCount
}

/** @param chance in [0, 1): before which store, where that matters
 *  @returns once the thread has ended */
export function kill(way, chance) {
  const ended = new Promise(resolve => latest.once('exit', resolve))
  if (way === 'terminate') void latest.terminate()
  else {
    killOrder[1] = 1 + Math.floor(chance * STORES_MAX)
    Atomics.store(killOrder, 0, INJECTED[way])
  }
  return ended
}
