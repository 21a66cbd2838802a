/** Runs on the aggregator thread, before anything of offloop: kills it when a word of shared memory says so. */
import { workerData } from 'node:worker_threads'

const POLL_MS = 2
const { killOrder } = workerData

const DEEDS = [
  undefined,
  function throwError() {
    throw new Error('killed: thrown')
  },
  function rejectPromise() {
    void Promise.reject(new Error('killed: rejected'))
  },
  function exit() {
    process.exit(9)
  },
  function runOutOfMemory() {
    const kept = []
    for (;;) kept.push(new Array(10_000).fill(kept.length))
  },
  function hang() {
    for (;;);
  },
  // Between two stores, where a half-written checkpoint would show: the argument says before which of them.
  function exitBeforeStore(storeCount) {
    let storesLeft = storeCount
    const { store } = Atomics
    Atomics.store = (...given) => {
      storesLeft -= 1
      if (storesLeft <= 0) process.exit(10)
      return store.apply(Atomics, given)
    }
  },
]

const timer = setInterval(() => {
  const deed = Atomics.exchange(killOrder, 0, 0)
  if (deed > 0) DEEDS[deed](killOrder[1])
}, POLL_MS)
timer.unref()
