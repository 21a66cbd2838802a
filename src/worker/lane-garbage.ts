/** Collects the memory of lanes that were let go, which V8 would not do by itself. Aggregator thread.
 *
 *  Shared memory is no burden in V8's accounts (BackingStore::PerIsolateAccountingLength is 0 for it), and this thread
 *  allocates next to nothing: without this the lanes of threads that come and go would stay for hours, a megabyte each. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { SLOT_BYTES } from '../shared/memory/lane-layout.ts'

/** What a thread's directory begins with; few grow. */
const DIRECTORY_BYTES = 65_536
/** Garbage is collected each time so much shared memory was let go: some milliseconds for this thread's small heap. */
const COLLECT_BYTES = 32 * 2 ** 20

export class LaneGarbage {
  readonly #bytesPerLane: number
  readonly #collect: () => void
  #bytes = 0

  constructor(laneCapacity: number, collect: () => void = garbageCollector()) {
    this.#bytesPerLane = SLOT_BYTES * laneCapacity + DIRECTORY_BYTES
    this.#collect = collect
  }

  /** One more lane was let go. Collects in a later turn: in this one somebody may still look at it. */
  add(): void {
    this.#bytes += this.#bytesPerLane
    if (this.#bytes < COLLECT_BYTES) return
    this.#bytes = 0
    setImmediate(this.#collect)
  }
}

/** @returns collects this thread's garbage. Made when it is first needed. */
function garbageCollector(): () => void {
  let collect: (() => void) | undefined
  return () => {
    collect ??= (globalThis as { gc?: () => void }).gc ?? exposedGc()
    collect()
  }
}

/** The flag is the process's, and counts when a context is made: it is taken back at once, so that no context of the
 *  application gets a `gc` of it. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as () => void
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
