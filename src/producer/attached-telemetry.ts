/** Takes part in a telemetry that another thread created, on a lane of its own. Any other thread. */
import { BroadcastChannel, threadId } from 'node:worker_threads'
import type { ControlEndpoint } from '../shared/comlink-endpoint.ts'
import { TelemetryError } from '../shared/errors.ts'
import { checkOptions } from '../shared/known-keys.ts'
import {
  type ChannelMessage,
  type ChannelOpened,
  checkShare,
  controlChannelName,
  type TelemetryShare,
} from '../shared/share.ts'
import { aggregatorUp, RestartWatch } from './aggregator-watch.ts'
import { ControlClient } from './control-client.ts'
import { Recorder } from './recorder.ts'
import { type FlushResult, ThreadTelemetry } from './thread-telemetry.ts'

export interface AttachOptions {
  /** Samples to a batch while this thread records in bursts: 1 to 64. Default 1: each is published at once, since the
   *  threads of a pool may stop in the middle of everything (Piscina's do between tasks). */
  readonly publishEvery?: number
}

/** The same metric API as on the creating thread. The same metric and labels on several threads are one series. */
export class AttachedTelemetry extends ThreadTelemetry {
  readonly #onClose: () => void

  /** @internal Use `attachTelemetry`. */
  constructor(share: TelemetryShare, publishEvery: number, onClose: () => void) {
    const announce = (message: ChannelMessage) => post(share.id, message)
    const recorder = new Recorder({
      share,
      threadId,
      publishEvery,
      announce,
      onTelemetryClosed: () => this.#leave(),
      // A pool's task registers its metrics each time it runs, which is no wish to hear of each violation again.
      countsRegistrations: false,
    })
    const channel = controlChannelName(share, recorder.laneId)
    const open = async () => new BroadcastChannel(channel) as unknown as ControlEndpoint
    const watch = new RestartWatch(share)
    let opened: Promise<void> | undefined
    const control: ControlClient = new ControlClient(
      open,
      async endpoint => {
        await aggregatorUp(share)
        recorder.publish()
        opened ??= channelOpened(endpoint).finally(() => {
          opened = undefined
        })
        // Asked for each time: the aggregator closes channels of threads it has not heard of for long.
        announce({ type: 'control', channel })
        await opened
      },
      isHeld => {
        if (!isHeld) watch.stop()
        // The channel is the next aggregator's as well.
        else watch.start({ onRestart: () => control.askAgain(), onDown: error => control.rejectAll(error) })
      },
    )
    super(recorder, control)
    this.#onClose = onClose
  }

  /** Publishes, which announces a lane again that was given up while the thread stood still: a pool's thread may count
   *  in its next task, and never turn its loop.
   *  @internal */
  resume(): void {
    this.recorder.publish()
  }

  /** @internal */
  protected override async end(timeoutMs: number): Promise<FlushResult> {
    this.#onClose()
    this.recorder.publish()
    const result = await this.flush({ timeoutMs })
    this.recorder.close()
    this.control.close(new TelemetryError('OFFLOOP_CLOSED', { fix: 'ask before close()' }))
    return result
  }

  /** The creating thread has closed the telemetry: there is nobody left to ask. */
  #leave(): void {
    this.callBeforeClose()
    this.#onClose()
    this.recorder.close()
    this.control.close(new TelemetryError('OFFLOOP_CLOSED', { fix: 'ask before the telemetry is closed' }))
    const { dropped, pending } = this.recorder.backlog
    const lost = dropped + pending
    this.closed ??= Promise.resolve({ ok: lost === 0, lost, timedOut: false })
  }
}

const attachedById = new Map<string, AttachedTelemetry>()

/** Takes part in the telemetry that gave this share. Synchronous: recording works from the next line on. On one thread
 *  the same share always gives the same object, so a pool's task may attach each time it runs.
 *  @param share from `telemetry.share()`, by `workerData` or `postMessage`
 *  @throws TelemetryError OFFLOOP_SHARE, OFFLOOP_SHARE_VERSION, OFFLOOP_OPTION */
export function attachTelemetry(share: TelemetryShare, options: AttachOptions = {}): AttachedTelemetry {
  checkShare(share)
  checkOptions(options, ['publishEvery'], 'attach options')
  const publishEvery = options.publishEvery ?? 1
  if (!Number.isInteger(publishEvery) || publishEvery < 1 || publishEvery > 64) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      at: 'publishEvery',
      got: publishEvery,
      fix: 'give a whole number from 1 to 64',
    })
  }
  const known = attachedById.get(share.id)
  if (known !== undefined) {
    known.resume()
    return known
  }
  const attached = new AttachedTelemetry(share, publishEvery, () => attachedById.delete(share.id))
  attachedById.set(share.id, attached)
  return attached
}

/** Posts one message on a channel that this thread does not listen to. */
function post(channelName: string, message: ChannelMessage): void {
  const channel = new BroadcastChannel(channelName)
  channel.postMessage(message)
  channel.close()
}

/** Waits for the aggregator to say that it listens on the channel; the caller bounds the wait. */
function channelOpened(endpoint: ControlEndpoint): Promise<void> {
  return new Promise(resolve => {
    const onMessage = ({ data }: { data: unknown }) => {
      if ((data as ChannelOpened | undefined)?.type !== 'opened') return
      endpoint.removeEventListener('message', onMessage)
      resolve()
    }
    endpoint.addEventListener('message', onMessage)
  })
}
