/** The creating thread's side of the aggregator: tells whichever is there, and the next one all that it has to know.
 *  Creating thread. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { AggregatorBoot, AggregatorMessage, AggregatorRestart } from '../shared/aggregator-boot.ts'
import { createClock } from '../shared/clock.ts'
import type { AddSloMessage, CreatorMessage } from '../shared/creator-message.ts'
import { type ExtensionInfo, SCRAPE_EXTENSION } from '../shared/extension/extension.ts'
import type { LaneAnnouncement } from '../shared/share.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import type { Timers } from '../shared/timers.ts'
import { AggregatorThread } from './aggregator-thread.ts'
import { BusPorts } from './bus-ports.ts'
import { KnownLanes } from './known-lanes.ts'
import type { SupervisionLimits } from './supervision-limits.ts'
import { type Death, Supervisor } from './supervisor.ts'

/** What is the same for every aggregator of a telemetry. */
type LastingBoot = Omit<
  AggregatorBoot,
  'controlPort' | 'addedSlos' | 'lanes' | 'readers' | 'restart' | 'extensionInfos'
>

export interface LinkListeners {
  /** A line of this thread's own. */
  readonly log: (line: string) => void
  /** A line the aggregator has sent. */
  readonly onLine: (line: string) => void
  /** Another control port is to be asked from now on: what was asked on the one before is not answered. */
  readonly onReconnect: () => void
  /** There is no aggregator, and will be none. */
  readonly onDown: (cause: string) => void
}

const TIMERS: Timers = { setTimeout, clearTimeout: handle => clearTimeout(handle as NodeJS.Timeout) }

export class AggregatorLink {
  readonly #lasting: LastingBoot
  readonly #listeners: LinkListeners
  readonly #lanes: KnownLanes
  readonly #bus = new BusPorts()
  readonly #addedSlos = new Map<number, AddSloMessage>()
  readonly #supervisor: Supervisor
  #thread: AggregatorThread | undefined
  /** `port1` is ours, `port2` goes to the aggregator. Made when one dies, not when the next is started: what is asked
   *  between the two waits in it. */
  #control = new MessageChannel()
  #nextSloId = 0
  readonly #extensionInfos = new Map<string, ExtensionInfo>()

  constructor(lasting: LastingBoot, listeners: LinkListeners, limits: SupervisionLimits) {
    this.#lasting = lasting
    this.#listeners = listeners
    const { share } = lasting
    this.#lanes = new KnownLanes(share.id, announcement => this.#thread?.send(announcement))
    this.#supervisor = new Supervisor(
      {
        start: (restart, onEnd) => this.#start(restart, onEnd),
        onDeath: (death, restartInMs) => this.#onDeath(death, restartInMs),
        onDown: death => this.#onDown(death),
      },
      {
        control: new Int32Array(share.control),
        clock: createClock(share.origin),
        timers: TIMERS,
        limits,
      },
    )
    this.#supervisor.start()
  }

  /** Where the aggregator is asked: each has a port of its own. */
  get controlPort(): MessagePort {
    return this.#control.port1
  }

  /** One of AggregatorState. */
  get state(): number {
    return this.#supervisor.state
  }

  get restarts(): number {
    return this.#supervisor.restarts
  }

  /** Why the aggregator last died; undefined while none has. */
  get cause(): string | undefined {
    return this.#supervisor.cause
  }

  /** To be called at each heartbeat. */
  observe(): void {
    this.#supervisor.observe()
  }

  /** Where the aggregator answers HTTP requests; undefined while it does not. */
  get url(): string | undefined {
    const url = this.#extensionInfos.get(SCRAPE_EXTENSION)?.['url']
    return typeof url === 'string' ? url : undefined
  }

  announce(announcement: LaneAnnouncement): void {
    this.#lanes.add(announcement)
  }

  /** Hears lanes of other threads from now on. */
  listenToLanes(): void {
    this.#lanes.listen()
  }

  /** @returns removes it */
  addSlo(definition: SLODefinition): () => void {
    const message: AddSloMessage = { type: 'add-slo', sloId: this.#nextSloId++, definition }
    const { sloId } = message
    this.#addedSlos.set(sloId, message)
    this.#tell(message)
    return () => {
      if (this.#addedSlos.delete(sloId)) this.#tell({ type: 'remove-slo', sloId })
    }
  }

  openBus(): MessagePort {
    return this.#bus.open(end => {
      if (this.#thread === undefined) end.port.close()
      else this.#tell({ type: 'open-bus', ...end }, [end.port])
    })
  }

  /** Starts the next aggregator at once, where one has died and another is about to be started. */
  restartNow(): void {
    this.#supervisor.restartNow()
  }

  /** The telemetry is about to be closed: no aggregator is started again. */
  stop(): void {
    this.#supervisor.stop()
  }

  /** Ends the aggregator, which has been told to close. */
  async close(): Promise<void> {
    this.#lanes.close()
    this.#bus.close()
    await this.#supervisor.terminate()
  }

  /** Leaves at once, and waits in the port until the aggregator is up. While there is none it goes nowhere: the next
   *  begins with all that was said so far. */
  #tell(message: CreatorMessage, transferList: readonly MessagePort[] = []): void {
    if (this.#thread !== undefined) this.controlPort.postMessage(message, transferList)
  }

  #start(restart: AggregatorRestart | undefined, onEnd: (death: Death) => void): AggregatorThread {
    const boot: AggregatorBoot = {
      ...this.#lasting,
      controlPort: this.#control.port2,
      addedSlos: [...this.#addedSlos.values()],
      lanes: this.#lanes.announcements,
      readers: this.#bus.connectAll(),
      restart,
      extensionInfos: this.#extensionInfos,
    }
    const thread = new AggregatorThread(boot, {
      onMessage: message => this.#heed(message),
      onEnd: death => {
        this.#thread = undefined
        onEnd(death)
      },
    })
    this.#thread = thread
    return thread
  }

  #heed(message: AggregatorMessage): void {
    if (message.type === 'lane-released') this.#lanes.release(message.laneId)
    else if (message.type === 'extension-info') this.#extensionInfos.set(message.name, message.info)
    else this.#listeners.onLine(message.line)
  }

  #onDeath({ detail }: Death, restartInMs: number): void {
    this.#control = new MessageChannel()
    this.#listeners.onReconnect()
    this.#listeners.log(
      `offloop: the aggregator thread died and is started again in ${restartInMs} ms: ${detail}`,
    )
  }

  #onDown({ cause, detail }: Death): void {
    this.#lanes.close()
    this.#bus.close()
    this.#addedSlos.clear()
    this.#listeners.onDown(cause)
    this.#listeners.log(`offloop: the aggregator thread is down, and stays down: ${detail}`)
  }
}
