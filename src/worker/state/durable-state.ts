/** What survives the death of this thread, and when it is saved. Aggregator thread. */
import { Packr, unpack } from 'msgpackr'
import type { Clock } from '../../shared/clock.ts'
import type { MetricRegistry } from '../../shared/statistics/registry.ts'
import type { Series } from '../../shared/statistics/series.ts'
import type { StatisticsMemory } from '../../shared/statistics/statistics-memory.ts'
import type { SLOMonitor } from '../../slo/monitor.ts'
import type { MonitorState } from '../../slo/succession.ts'
import type { BoardPublisher } from '../board-publisher.ts'
import type { LaneReader } from '../lane-reader.ts'
import type { LaneSet, SavedLanes } from '../lane-set.ts'
import type { Outbox, OutgoingEvent } from '../outbox.ts'
import { Checkpoint } from './checkpoint.ts'
import { RecordTable } from './record-table.ts'
import { type Recovered, recover } from './recovery.ts'

/** In the middle of a drain: so much of a lane is given back at a time, to give a full one room early. */
const HELD_SHARE_WITHIN_DRAIN = 1 / 2
/** Between drains a lane has at least the rest of itself … */
const HELD_SHARE_AFTER_DRAIN = 1 / 4
/** … and nothing waits longer than this to be saved: counters, too, whose time is that of their drain. */
const UNSAVED_MS_MAX = 100
/** What an aggregator records of itself while all lanes are silent takes memory, too, and gives some back: that is given
 *  out again after a commit. */
const COMMIT_INTERVAL_MS_MAX = 10_000

interface Owners {
  readonly registry: MetricRegistry
  readonly lanes: LaneSet
  readonly board: BoardPublisher
  readonly monitor: SLOMonitor
  readonly outbox: Pick<Outbox, 'revision' | 'unsent'>
  /** There is no memory left for checkpoints: nothing survives this thread from now on. Called once. */
  readonly onGivenUp?: () => void
}

/** What is saved of objectives. */
interface Judged {
  readonly monitor: MonitorState
  readonly unsent: readonly OutgoingEvent[]
}

export class DurableState {
  readonly #records: RecordTable
  readonly #clock: Clock
  #recovered: Recovered | undefined
  #checkpoint: Checkpoint | undefined
  #lanes: LaneSet | undefined
  readonly #afterCommit: (() => void)[] = []
  #committedRevision = Number.NaN
  #isTouched = false
  #committedAtMs = Number.NEGATIVE_INFINITY

  constructor(buffer: SharedArrayBuffer, clock: Clock) {
    this.#records = new RecordTable(buffer)
    this.#clock = clock
  }

  /** Where statistics have to lie to be found again. */
  get memory(): StatisticsMemory {
    return this.#records.memory
  }

  /** Fills the registry, which is empty, with what a predecessor has left.
   *  @returns the rest of what it has left */
  recover(registry: MetricRegistry): {
    readonly boardSlots: ReadonlyMap<Series, number>
    readonly lanes: SavedLanes
    readonly monitorState: MonitorState | undefined
    readonly unsentEvents: readonly OutgoingEvent[]
  } {
    const recovered = recover(this.#records, registry)
    this.#records.memory.open()
    this.#recovered = recovered
    const { boardSlots, lanes, monitorState } = recovered
    const judged = monitorState === undefined ? undefined : (unpack(monitorState) as Judged)
    return { boardSlots, lanes, monitorState: judged?.monitor, unsentEvents: judged?.unsent ?? [] }
  }

  /** From here on there is something to save. */
  start({ registry, lanes, board, monitor, outbox, onGivenUp }: Owners): void {
    this.#lanes = lanes
    const packr = new Packr({ useRecords: false })
    let savedRevision = 0
    this.#checkpoint = new Checkpoint(this.#records, this.#recovered!.known, {
      registry,
      lanes,
      boardSlotOf: series => board.slotOf(series),
      onGivenUp,
      takeMonitorState: () => {
        const revision = monitor.stateRevision + outbox.revision
        if (revision === savedRevision) return undefined
        savedRevision = revision
        return packr.pack({ monitor: monitor.state(), unsent: outbox.unsent } satisfies Judged)
      },
    })
    this.#recovered = undefined
  }

  /** To be called after each batch of a drain. */
  noteBatch(lane: LaneReader): void {
    if (lane.heldCount >= lane.capacity * HELD_SHARE_WITHIN_DRAIN) this.commit()
  }

  /** A lane that is new is saved before anything of it is folded in: where it began is then known. */
  commitBeforeDrain(): void {
    if (this.#lanes!.takeChanged()) this.commit()
  }

  commitAfterDrain(): void {
    const lanes = this.#lanes!
    if (lanes.takeChanged() || lanes.heldShare >= HELD_SHARE_AFTER_DRAIN || this.#isSaveDue()) this.commit()
  }

  commit(): void {
    this.#committedAtMs = this.#clock.nowMs()
    this.#committedRevision = this.#lanes!.revision
    this.#isTouched = false
    this.#checkpoint!.commit()
    for (const callback of this.#afterCommit.splice(0)) callback()
  }

  /** Something was recorded that came through no lane. */
  touch(): void {
    this.#isTouched = true
  }

  /** Calls back once everything up to now is saved. */
  afterCommit(callback: () => void): void {
    this.#afterCommit.push(callback)
  }

  #isSaveDue(): boolean {
    const unsavedMs = this.#clock.nowMs() - this.#committedAtMs
    if (unsavedMs < UNSAVED_MS_MAX) return false
    return (
      this.#isTouched ||
      unsavedMs >= COMMIT_INTERVAL_MS_MAX ||
      this.#lanes!.revision !== this.#committedRevision
    )
  }
}
