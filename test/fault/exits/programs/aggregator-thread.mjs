/** Gets hold of the aggregator threads of this process, without a hook in the product. Import it before offloop. */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'

const workerThreads = createRequire(import.meta.url)('node:worker_threads')
const { Worker } = workerThreads

export const aggregatorThreads = []

workerThreads.Worker = class extends Worker {
  constructor(url, options) {
    const isAggregator = options?.name === 'offloop-aggregator'
    const freezer = new URL('./freezer.mjs', import.meta.url).href
    super(url, isAggregator ? { ...options, execArgv: [...options.execArgv, '--import', freezer] } : options)
    if (isAggregator) aggregatorThreads.push(this)
  }
}
syncBuiltinESMExports()

/** Returns once the aggregator stands still for good. */
export async function freeze() {
  process.env.OFFLOOP_TEST_FREEZE = 'now'
  while (process.env.OFFLOOP_TEST_FREEZE !== 'frozen') await sleep(1)
}
