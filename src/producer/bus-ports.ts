/** The readers of the bus, as the creating thread knows them: it hands each a port to the aggregator, and another one
 *  to the next aggregator. Creating thread. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { BusEnd } from '../shared/aggregator-boot.ts'
import { type BusHello, createCredits } from '../shared/bus-frame.ts'

export class BusPorts {
  /** This thread's ends of the readers' ports, which frames do not travel on. */
  readonly #readers = new Set<MessagePort>()
  #isClosed = false

  /** @param connect hands the aggregator its end, should there be an aggregator
   *  @returns what a BusReader is made of, on whichever thread */
  open(connect: (end: BusEnd) => void): MessagePort {
    const { port1, port2 } = new MessageChannel()
    if (this.#isClosed) {
      port2.close()
      return port1
    }
    this.#readers.add(port2)
    // A reader that is closed, or whose thread ends, closes its end.
    port2.once('close', () => this.#readers.delete(port2))
    connect(connectReader(port2))
    return port1
  }

  /** An end for each reader there is: for an aggregator that is about to start. */
  connectAll(): BusEnd[] {
    return [...this.#readers].map(connectReader)
  }

  /** There will be no further frames: readers do not keep their threads alive any more. */
  close(): void {
    this.#isClosed = true
    for (const reader of this.#readers) reader.close()
    this.#readers.clear()
  }
}

/** A channel of its own for each aggregator: it ends with that thread, and what was sent on it still arrives. */
function connectReader(reader: MessagePort): BusEnd {
  const { port1, port2 } = new MessageChannel()
  const credits = createCredits()
  reader.postMessage({ type: 'offloop-bus', port: port1, credits } satisfies BusHello, [port1])
  return { port: port2, credits }
}
