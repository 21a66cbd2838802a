/** The listening side of a thread that sends violations when it is told to. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { expose } from 'comlink'
import { BusReader } from '../../src/producer/bus-reader.ts'
import { type BusHello, createCredits } from '../../src/shared/bus-frame.ts'
import { type ControlEndpoint, toComlink } from '../../src/shared/comlink-endpoint.ts'
import type { SLOViolationEvent } from '../../src/shared/topics.ts'

export interface BusThreadData {
  readonly busPort: MessagePort
  readonly credits: SharedArrayBuffer
  readonly plainPort: MessagePort
  readonly comlinkPort: MessagePort
}

/** Sends one message now, or violations at a rate until told otherwise. */
export interface SendRequest {
  /** `nothing` is an empty message. */
  readonly by: 'nothing' | 'offloop' | 'plain' | 'comlink'
  readonly perS?: number
}

/** What comlink calls on the listening thread. */
export interface Listening {
  onViolation(event: SLOViolationEvent): void
}

export interface BusThread {
  /** Asks for one message, and resolves when the callback for it has run. */
  readonly ask: (by: SendRequest['by']) => Promise<void>
  readonly sendAtRate: (perS: number) => void
  /** Violations that callbacks were given, whole. */
  readonly violationCount: () => number
  readonly end: () => Promise<void>
}

export async function startBusThread(): Promise<BusThread> {
  const busChannel = new MessageChannel()
  const frames = new MessageChannel()
  const plain = new MessageChannel()
  const comlink = new MessageChannel()
  const credits = createCredits()
  const hello: BusHello = { type: 'offloop-bus', port: frames.port1, credits }
  busChannel.port2.postMessage(hello, [frames.port1])
  const data: BusThreadData = {
    busPort: frames.port2,
    credits,
    plainPort: plain.port2,
    comlinkPort: comlink.port2,
  }
  let violationCount = 0
  let onArrival = () => {}
  const take = (event: SLOViolationEvent | undefined) => {
    if (event !== undefined && event.labels['route'] === '/orders/:id') violationCount += 1
    onArrival()
  }
  const reader = new BusReader(busChannel.port1, (_topic, error) => {
    throw error
  })
  reader.on('perf.slo_violation', take)
  plain.port1.on('message', (message?: { payload: SLOViolationEvent }) => take(message?.payload))
  expose({ onViolation: take } satisfies Listening, toComlink(comlink.port1 as unknown as ControlEndpoint))

  const worker = new Worker(new URL('./programs/bus-thread.js', import.meta.url), {
    workerData: data,
    transferList: [data.busPort, data.plainPort, data.comlinkPort],
  })
  await new Promise((resolve, reject) => worker.once('online', resolve).once('error', reject))
  const tell = (request: SendRequest) => worker.postMessage(request)
  return {
    ask: by =>
      new Promise(resolve => {
        onArrival = resolve
        tell({ by })
      }),
    sendAtRate(perS) {
      onArrival = () => {}
      tell({ by: 'offloop', perS })
    },
    violationCount: () => violationCount,
    async end() {
      await worker.terminate()
      for (const { port1 } of [busChannel, plain, comlink]) port1.close()
    },
  }
}
