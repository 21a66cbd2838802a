/** Both ends of the bus on this thread: what either of them costs, without the way in between. */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { unpack } from 'msgpackr'
import { createCredits } from '../../src/shared/bus-frame.ts'
import { Bus } from '../../src/worker/bus.ts'
import type { Candidate } from '../core/question.ts'
import { VIOLATION } from './violation.ts'

/** Fewer than a reader may be behind. */
const EVENTS_PER_RUN = 512

interface BothEnds {
  readonly publishing: Candidate
  readonly listening: Candidate
  readonly end: () => void
}

export function createBusEnds(): BothEnds {
  const { port1, port2 } = new MessageChannel()
  const credits = createCredits()
  const bus = new Bus(() => Date.now())
  bus.add(port1, credits)
  const creditWords = new Int32Array(credits)
  return createEnds('offloop: msgpackr frames, counted', port2, {
    send: () => bus.publish('perf.slo_violation', VIOLATION),
    take(message) {
      // As BusReader does: so the bus never takes it for slow.
      Atomics.add(creditWords, 0, 1)
      return unpack(message as Uint8Array)
    },
    end: () => bus.close(),
  })
}

export function createPlainEnds(): BothEnds {
  const { port1, port2 } = new MessageChannel()
  return createEnds('postMessage of the event (structured clone)', port2, {
    send: () => port1.postMessage({ topic: 'perf.slo_violation', payload: VIOLATION }),
    take: message => message,
    end: () => port1.close(),
  })
}

function createEnds(
  name: string,
  port: MessagePort,
  { send, take, end }: { send: () => void; take: (message: unknown) => unknown; end: () => void },
): BothEnds {
  const sendAll = () => {
    for (let count = 0; count < EVENTS_PER_RUN; count += 1) send()
  }
  const takeAll = () => {
    let latest: unknown
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      latest = take(next.message)
    }
    return latest
  }
  const candidate = { name, operationCount: EVENTS_PER_RUN }
  return {
    publishing: { ...candidate, prepare: takeAll, run: sendAll },
    listening: {
      ...candidate,
      prepare() {
        takeAll()
        sendAll()
      },
      run: takeAll,
    },
    end,
  }
}
