/** Answers control calls, by comlink, on the creating thread's port and on the channels of attached threads. Whatever else
 *  comes there is counted, and has no effect. Aggregator thread. */

import { BroadcastChannel, type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { expose } from 'comlink'
import { isAnnouncement } from '../shared/announcement-check.ts'
import type { ControlEndpoint } from '../shared/comlink-endpoint.ts'
import {
  type AggregatorControl,
  type Outcome,
  outcomeOf,
  type ReadyAnswer,
  type Scrape,
} from '../shared/control-api.ts'
import type { CreatorMessage } from '../shared/creator-message.ts'
import type { ExtensionInfo } from '../shared/extension/extension.ts'
import type { ViewAnswer } from '../shared/prom-client/view.ts'
import type { ChannelOpened } from '../shared/share.ts'
import type { Aggregator } from './aggregator.ts'
import { callsOnly } from './call-filter.ts'
import { isCreatorMessage } from './creator-message-check.ts'
import type { Extensions } from './extensions.ts'

/** Channels kept open at the same time; the oldest goes first. A thread whose channel is gone asks for it again. */
const CHANNELS_MAX = 1_000
/** What any thread may ask. To close is for the creating thread alone. */
const QUESTIONS = ['hello', 'query', 'snapshot', 'flush', 'scrape', 'view', 'push'] as const
const CREATOR_CALLS = [...QUESTIONS, 'close'] as const

export class ControlServer {
  readonly #aggregator: Aggregator
  readonly #api: AggregatorControl
  readonly #channels = new Map<string, BroadcastChannel>()
  readonly #announcements: BroadcastChannel
  readonly #channelPrefix: string

  constructor(aggregator: Aggregator, extensions: Extensions, announcementChannel: string) {
    this.#aggregator = aggregator
    this.#api = createApi(aggregator, extensions, () => this.#close())
    this.#announcements = new BroadcastChannel(announcementChannel)
    this.#channelPrefix = `${announcementChannel}:`
  }

  /** Listens to the creating thread, and to announcements from any thread. */
  start(controlPort: MessagePort): void {
    const onOther = (message: unknown) => {
      if (!isCreatorMessage(message)) return false
      try {
        this.#heed(message)
        return true
      } catch {
        // Its shape was right, and what it holds cannot even be complained about.
        return false
      }
    }
    const port = controlPort as unknown as ControlEndpoint
    expose(this.#api, callsOnly(port, CREATOR_CALLS, { onOther, onRefused: this.#onRefused }))
    this.#announcements.onmessage = event => this.receive((event as { data: unknown }).data)
    // What was announced before this thread was up comes by way of the creating thread.
    parentPort?.on('message', (message: unknown) => this.receive(message))
  }

  /** Heeds what the creating thread said while this one was not up: its lanes, and then its orders and questions. Called in
   *  the turn in which everything is started: in the next one a tick may come before the ports do, and what it finds would
   *  go to the log instead of a listener. */
  takeWaiting(controlPort: MessagePort): void {
    if (parentPort !== null) emitWaiting(parentPort)
    emitWaiting(controlPort)
  }

  /** Any thread may post anything where lanes are announced. */
  receive(message: unknown): void {
    if (isAnnouncement(message)) this.#aggregator.adopt(message)
    else if (this.#isChannelRequest(message)) this.#openChannel(message.channel)
    else this.#onRefused()
  }

  readonly #onRefused = () => {
    this.#aggregator.refusedCount++
  }

  /** Only channels that a lane may have: on others there may be somebody else. */
  #isChannelRequest(message: unknown): message is { readonly channel: string } {
    if (typeof message !== 'object' || message === null) return false
    const { type, channel } = message as Record<string, unknown>
    if (type !== 'control' || typeof channel !== 'string' || !channel.startsWith(this.#channelPrefix))
      return false
    return /^-?\d{1,10}$/.test(channel.slice(this.#channelPrefix.length))
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
      const endpoint = channel as unknown as ControlEndpoint
      expose(this.#api, callsOnly(endpoint, QUESTIONS, { onRefused: this.#onRefused }))
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

function emitWaiting(port: MessagePort): void {
  let waiting = receiveMessageOnPort(port)
  while (waiting !== undefined) {
    port.emit('message', waiting.message)
    waiting = receiveMessageOnPort(port)
  }
}

function createApi(aggregator: Aggregator, extensions: Extensions, onClose: () => void): AggregatorControl {
  return {
    hello: () => asyncOutcomeOf(async () => readyAnswerOf(await extensions.info())),
    query: (metric, options = {}) => outcomeOf(() => aggregator.query(metric, options)),
    snapshot: () => outcomeOf(() => aggregator.snapshot()),
    flush: () => outcomeOf(() => aggregator.flush()),
    scrape: accept => asyncOutcomeOf(async () => (await extensions.scrape({ accept })) as Scrape),
    view: view => asyncOutcomeOf(async () => (await extensions.scrape({ view })) as ViewAnswer),
    push: () => asyncOutcomeOf(() => extensions.push()),
    close: () =>
      asyncOutcomeOf(async () => {
        const result = aggregator.close()
        await extensions.close()
        onClose()
        return result
      }),
  }
}

async function asyncOutcomeOf<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    const value = await work()
    return { value }
  } catch (error) {
    return outcomeOf(() => {
      throw error
    })
  }
}

function readyAnswerOf({ url }: ExtensionInfo): ReadyAnswer {
  return typeof url === 'string' ? { url } : {}
}
