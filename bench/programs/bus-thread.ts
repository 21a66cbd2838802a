/** Sends violations to the thread that asks for them: by offloop's bus, as plain objects, and by comlink. */
import { parentPort, workerData } from 'node:worker_threads'
import { wrap } from 'comlink'
import { type ControlEndpoint, toComlink } from '../../src/shared/comlink-endpoint.ts'
import { Bus } from '../../src/worker/bus.ts'
import type { BusThreadData, Listening, SendRequest } from '../setup/bus-thread.ts'
import { VIOLATION } from '../setup/violation.ts'

/** As often as an aggregator under load. */
const TICK_MS = 10

const { busPort, credits, plainPort, comlinkPort } = workerData as BusThreadData
const bus = new Bus(() => Date.now())
bus.add(busPort, credits)
const listening = wrap<Listening>(toComlink(comlinkPort as unknown as ControlEndpoint))

const SENDERS: Readonly<Record<SendRequest['by'], () => unknown>> = {
  nothing: () => plainPort.postMessage(undefined),
  offloop: () => bus.publish('perf.slo_violation', VIOLATION),
  plain: () => plainPort.postMessage({ topic: 'perf.slo_violation', payload: VIOLATION }),
  comlink: () => listening.onViolation(VIOLATION),
}

parentPort!.on('message', ({ by, perS }: SendRequest) => {
  if (perS === undefined) SENDERS[by]()
  else sendAtRate(perS)
})

let timer: NodeJS.Timeout | undefined

/** By the clock, not by the tick: ticks come late. */
function sendAtRate(perS: number): void {
  clearInterval(timer)
  const startMs = performance.now()
  let sentCount = 0
  const send = () => {
    const dueCount = ((performance.now() - startMs) / 1e3) * perS
    for (; sentCount < dueCount; sentCount += 1) SENDERS.offloop()
  }
  timer = setInterval(send, TICK_MS)
}
