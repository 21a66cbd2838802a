/** Answers control calls, by comlink, on the creating thread's port and on the channels of attached threads. Aggregator
 *  thread. */

import { BroadcastChannel, type MessagePort, parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import { type ControlEndpoint, toComlink } from '../shared/comlink-endpoint.ts'
import { type AggregatorControl, outcomeOf } from '../shared/control-api.ts'
import type { CreatorMessage } from '../shared/creator-message.ts'
import type { ChannelMessage, ChannelOpened } from '../shared/share.ts'
import type { Aggregator } from './aggregator.ts'

/** Channels kept open at the same time; the oldest goes first. A thread whose channel is gone asks for it again. */
const CHANNELS_MAX = 1_000

export class ControlServer {
  readonly #aggregator: Aggregator
  readonly #api: AggregatorControl
  readonly #channels = new Map<string, BroadcastChannel>()
  readonly #announcements: BroadcastChannel

  constructor(aggregator: Aggregator, announcementChannel: string) {
    this.#aggregator = aggregator
    this.#api = createApi(aggregator, () => this.#close())
    this.#announcements = new BroadcastChannel(announcementChannel)
  }

  /** Listens to the creating thread, and to announcements from any thread. */
  start(controlPort: MessagePort): void {
    expose(this.#api, toComlink(controlPort as unknown as ControlEndpoint))
    controlPort.on('message', (message: CreatorMessage) => this.#heed(message))
    this.#announcements.onmessage = event => this.receive((event as { data: ChannelMessage }).data)
    // What was announced before this thread was up comes by way of the creating thread.
    parentPort?.on('message', (message: ChannelMessage) => this.receive(message))
  }

  receive(message: ChannelMessage): void {
    if (message.type === 'lane') this.#aggregator.adopt(message)
    else if (message.type === 'control') this.#openChannel(message.channel)
  }

  #heed(message: CreatorMessage): void {
    if (message.type === 'add-slo') this.#aggregator.addSlo(message.sloId, message.definition)
    else if (message.type === 'remove-slo') this.#aggregator.removeSlo(message.sloId)
    else if (message.type === 'open-bus') this.#aggregator.openBus(message.port, message.credits)
  }

  /** Closes in the next turn: the answer to that thread's last question may still be about to leave. */
  releaseChannel(channelName: string): void {
    const channel = this.#channels.get(channelName)
    this.#channels.delete(channelName)
    if (channel !== undefined) setImmediate(() => channel.close())
  }

  #openChannel(channelName: string): void {
    let channel = this.#channels.get(channelName)
    if (channel === undefined) {
      const oldest = this.#channels.keys().next().value
      if (this.#channels.size >= CHANNELS_MAX && oldest !== undefined) this.releaseChannel(oldest)
      channel = new BroadcastChannel(channelName)
      this.#channels.set(channelName, channel)
      expose(this.#api, toComlink(channel as unknown as ControlEndpoint))
    }
    channel.postMessage({ type: 'opened' } satisfies ChannelOpened)
  }

  /** Lets go of everything that keeps this thread alive, but for the port the answer leaves by. */
  #close(): void {
    this.#announcements.close()
    for (const channel of this.#channels.values()) channel.close()
    this.#channels.clear()
    parentPort?.unref()
  }
}

function createApi(aggregator: Aggregator, onClose: () => void): AggregatorControl {
  return {
    hello: () => ({ value: true }),
    query: (metric, options) => outcomeOf(() => aggregator.query(metric, options)),
    snapshot: () => outcomeOf(() => aggregator.snapshot()),
    flush: () => outcomeOf(() => aggregator.flush()),
    close: () =>
      outcomeOf(() => {
        const result = aggregator.close()
        onClose()
        return result
      }),
  }
}
