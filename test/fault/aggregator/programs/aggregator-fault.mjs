/** Faults of the aggregator thread, brought about from outside of offloop. To be imported before it. */
import { syncBuiltinESMExports } from 'node:module'
import workerThreads, { BroadcastChannel } from 'node:worker_threads'

const { Worker } = workerThreads
const INJECTED_URL = new URL('./injected.mjs', import.meta.url).href

/** Aggregator threads that were started, the latest last. */
export const aggregators = []
/** What each of them was given as it was started. */
export const boots = []
/** What every aggregator thread that is started from now on gets in addition, or in place of its file. */
export const startWith = { options: {}, file: undefined }

workerThreads.Worker = class extends Worker {
  constructor(file, options) {
    const isAggregator = options?.name === 'offloop-aggregator'
    if (!isAggregator) {
      super(file, options)
      return
    }
    const execArgv = ['--import', INJECTED_URL]
    super(startWith.file ?? file, { ...options, execArgv, ...startWith.options })
    aggregators.push(this)
    boots.push(options.workerData)
  }
}
syncBuiltinESMExports()

/** Makes the running aggregator thread do one of the deeds of `injected.mjs`. Resolves when it is about to. */
export function order(deed) {
  const channel = new BroadcastChannel('fault')
  channel.postMessage(deed)
  return new Promise(resolve => {
    channel.onmessage = () => {
      channel.close()
      resolve()
    }
  })
}
