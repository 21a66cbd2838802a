/** Writes samples into this thread's lane. Producer thread; the hot path of the project. */
import { AggregatorState, ControlWord, wakeAggregator } from '../shared/memory/control-block.ts'
import type { DirectoryWriter } from '../shared/memory/directory.ts'
import {
  ENTRY_IDS_MAX,
  HEADER_TIME_UNIT,
  type LaneMemory,
  LaneWord,
  Lease,
  SLOTS_OFFSET_DOUBLES,
} from '../shared/memory/lane-layout.ts'
import { SummaryWriter } from './summary-writer.ts'

/** A batch is a 32nd of what was recorded since the coarse clock last moved on: whoever records seldom is seen at once,
 *  whoever records in bursts pays less for each sample (docs/adr/0008). */
const BATCH_SHARE_LOG2 = 5

/** One producer, one consumer, and never overwriting what is unread: a full lane summarizes, or drops and counts. */
export class LaneWriter {
  /** The value `pushStaged` writes. */
  readonly staged: Float64Array = new Float64Array(1)
  readonly #lane: LaneMemory
  readonly #control: Int32Array
  readonly #directory: DirectoryWriter
  readonly #doubles: Float64Array
  readonly #mask: number
  readonly #publishEvery: number
  /** Where samples go that find the lane full; undefined in a lane that drops them. */
  readonly #summary: SummaryWriter | undefined
  #writeIndex: number
  /** The end of the running batch: before the sample at this index, room and clock are looked at again … */
  #checkAt: number
  /** … and once the write index has come here, it is published. */
  #publishAt: number
  /** Where the aggregator's read index has to be looked at again. */
  #roomEnd: number
  /** The write index when the coarse clock last moved on. */
  #burstStart: number
  /** The coarse clock when the lease was last looked at. */
  #lookedAtMs = -1
  #timeMs = -1
  /** The running batch's time, as it stands in slot headers. The two agree from the start: the clock may well be there. */
  #timeHeader = 0xffff_ffff * HEADER_TIME_UNIT
  #isClosed = false
  #isQuarantined = false
  readonly #onRetired: () => void

  /** @param control the control block
   *  @param directory where dropped samples are counted for their series
   *  @param publishEvery samples to a batch at most; 1 publishes each
   *  @param onRetired nobody drains this lane any more: called when something is published, until it has changed */
  constructor(
    lane: LaneMemory,
    control: Int32Array,
    directory: DirectoryWriter,
    publishEvery: number,
    onRetired: () => void = () => {},
  ) {
    this.#lane = lane
    this.#control = control
    this.#directory = directory
    this.#doubles = lane.doubles
    this.#mask = lane.capacity - 1
    this.#publishEvery = publishEvery
    this.#onRetired = onRetired
    this.#summary = lane.summaryPages === 0 ? undefined : new SummaryWriter(lane, directory, this.staged)
    this.#writeIndex = lane.words[LaneWord.writeIndex]!
    this.#checkAt = this.#writeIndex
    this.#publishAt = this.#writeIndex
    this.#roomEnd = this.#writeIndex
    this.#burstStart = this.#writeIndex
  }

  /** Writes one sample. Never waits, throws or allocates. What is not a number goes in as NaN: the aggregator counts
   *  it as invalid.
   *  @param entryId the series' id in this thread's directory, plus HEADER_INCREMENT for a counter's increment */
  push(entryId: number, value: number): void {
    const writeIndex = this.#writeIndex
    if (writeIndex === this.#checkAt && !this.#beginBatch()) {
      this.staged[0] = typeof value === 'number' ? value : Number.NaN
      this.#turnAway(entryId)
      return
    }
    const doubles = this.#doubles
    const slot = SLOTS_OFFSET_DOUBLES + ((writeIndex & this.#mask) << 1)
    doubles[slot] = this.#timeHeader + entryId
    doubles[slot + 1] = typeof value === 'number' ? value : Number.NaN
    const next = (writeIndex + 1) | 0
    this.#writeIndex = next
    if (next === this.#publishAt) this.#endBatch()
  }

  /** Writes the staged value as one sample: `push` for callers too large to have it inlined. A double that is handed to a
   *  function V8 does not inline becomes an object on the heap, an entry id does not; and `push` itself, which is inlined,
   *  is a nanosecond faster without the detour. */
  pushStaged(entryId: number): void {
    const writeIndex = this.#writeIndex
    if (writeIndex === this.#checkAt && !this.#beginBatch()) {
      this.#turnAway(entryId)
      return
    }
    const doubles = this.#doubles
    const slot = SLOTS_OFFSET_DOUBLES + ((writeIndex & this.#mask) << 1)
    doubles[slot] = this.#timeHeader + entryId
    doubles[slot + 1] = this.staged[0]!
    const next = (writeIndex + 1) | 0
    this.#writeIndex = next
    if (next === this.#publishAt) this.#endBatch()
  }

  /** Makes every sample so far visible to the aggregator, and ends the running batch. */
  publish(): void {
    this.#publish()
    this.#checkAt = this.#writeIndex
  }

  /** From now on samples are counted as recorded after close, and nothing else. */
  close(): void {
    this.publish()
    this.#isClosed = true
  }

  #endBatch(): void {
    // Published last: whoever sees the index sees the slots before it.
    Atomics.store(this.#lane.words, LaneWord.writeIndex, this.#writeIndex)
    // To give a lane up takes the aggregator more than a step of its clock: as long as that stands still nothing has changed.
    if (this.#control[ControlWord.clockMs] !== this.#lookedAtMs) this.#lookAtLease()
  }

  #publish(): void {
    Atomics.store(this.#lane.words, LaneWord.writeIndex, this.#writeIndex)
    this.#lookAtLease()
  }

  /** Looked at after publishing, as the aggregator looks for samples after it has given a lane up: one of the two sees the
   *  other. It happens to threads whose loop does not turn for long, such as a pool's between its tasks. */
  #lookAtLease(): void {
    this.#lookedAtMs = this.#control[ControlWord.clockMs]!
    const lease = Atomics.load(this.#lane.words, LaneWord.lease)
    if (lease === Lease.retired) this.#onRetired()
    this.#isQuarantined = lease === Lease.quarantined
  }

  /** Looks at clock and room once for the samples up to the next publishing.
   *  @returns false when there is no place for it: see `#turnAway`. */
  #beginBatch(): boolean {
    const writeIndex = this.#writeIndex
    if (this.#isClosed || this.#control[ControlWord.closed] === 1) {
      this.#isClosed = true
      return false
    }
    if (writeIndex === this.#roomEnd && !this.#findRoom()) return false
    // A plain read: an aligned 32-bit word does not tear, and a value a moment old is as good.
    const timeMs = this.#control[ControlWord.clockMs]!
    if (timeMs !== this.#timeMs) {
      this.#timeMs = timeMs
      this.#timeHeader = (timeMs >>> 0) * HEADER_TIME_UNIT
      this.#burstStart = writeIndex
    }
    const share = (writeIndex - this.#burstStart) >>> BATCH_SHARE_LOG2
    let batchCount = 1
    if (share > 1 && this.#publishEvery > 1) {
      const roomCount = (this.#roomEnd - writeIndex) | 0
      batchCount = Math.min(share, this.#publishEvery, roomCount)
    }
    this.#checkAt = (writeIndex + batchCount) | 0
    this.#publishAt = this.#checkAt
    return true
  }

  /** The staged sample has no place in the lane: it is summarized, or dropped and counted. */
  #turnAway(entryId: number): void {
    if (this.#isClosed) this.#lane.words[LaneWord.afterClose]!++
    else if (!this.#summarize(entryId)) this.#drop(entryId)
  }

  /** @returns false when there is no room for it, or nobody who would ever read it */
  #summarize(entryId: number): boolean {
    if (this.#summary === undefined || this.#isQuarantined) return false
    return this.#summary.add(entryId, this.#control[ControlWord.clockMs]!)
  }

  #drop(entryId: number): void {
    const { words } = this.#lane
    this.#directory.countDropped(entryId & (ENTRY_IDS_MAX - 1))
    // Stored last: who sees that samples were dropped sees whose they were.
    Atomics.store(words, LaneWord.dropped, words[LaneWord.dropped]! + 1)
  }

  /** Looks at the read index. Room is taken a quarter of a lane at a time, so that a lane filling up wakes the
   *  aggregator before it is full. */
  #findRoom(): boolean {
    const { capacity, words } = this.#lane
    const fill = (this.#writeIndex - Atomics.load(words, LaneWord.readIndex)) | 0
    // Nobody reads this lane any more, or another thread has written into it: then there is no room that could be trusted.
    if (this.#isQuarantined || fill < 0 || fill > capacity) return false
    if (fill >= capacity >> 1) {
      this.#publish()
      const isRunning = Atomics.load(this.#control, ControlWord.aggregatorState) === AggregatorState.running
      if (isRunning) wakeAggregator(this.#control)
    }
    this.#roomEnd = (this.#writeIndex + Math.min(capacity - fill, capacity >> 2)) | 0
    return fill < capacity
  }
}
