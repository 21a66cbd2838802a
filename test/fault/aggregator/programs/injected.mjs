/** Runs on the aggregator thread, before anything of offloop: does what it is ordered to. */
import { BroadcastChannel } from 'node:worker_threads'

const DEEDS = {
  throw: () => {
    setTimeout(() => {
      throw new Error('boom')
    })
  },
  reject: () => void Promise.reject(new Error('boom')),
  exit: () => process.exit(3),
  hang: () => {
    for (;;);
  },
  'run out of memory': () => {
    const kept = []
    for (;;) kept.push(new Array(10_000).fill(kept.length))
  },
}

const channel = new BroadcastChannel('fault')
channel.onmessage = ({ data }) => {
  channel.postMessage('about to')
  DEEDS[data]()
}
channel.unref()
