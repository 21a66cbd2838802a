/** What objects take, by what the process says before and after. Needs `--expose-gc`. */

/** Compiled code comes and goes between two readings: the middle of three is without it. */
const READINGS = 3

/** Bytes that something takes while it is kept: on V8's heap, and in buffers of its own. Shared buffers are not in
 *  `external`, and shared buffers that can grow are in none of these: see `countSharedMemory`.
 *  @param create makes what is to be measured, more than once; kept until it has been */
export function bytesOf(create: () => unknown): number {
  const readings = Array.from({ length: READINGS }, () => growthOf(create))
  return readings.sort((a, b) => a - b)[READINGS >> 1]!
}

function growthOf(create: () => unknown): number {
  const before = bytesInUse()
  const kept = create()
  const bytes = bytesInUse() - before
  keepAlive(kept)
  return bytes
}

/** Objects, and buffers that are not shared, after everything unreachable is gone. */
export function bytesInUse(): number {
  // Buffers are let go after the objects that have them.
  globalThis.gc!()
  globalThis.gc!()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Counts the shared memory of this thread from now on: every buffer as long as it has grown. */
export function countSharedMemory(): () => number {
  const buffers: SharedArrayBuffer[] = []
  globalThis.SharedArrayBuffer = class extends SharedArrayBuffer {
    constructor(...parameters: ConstructorParameters<SharedArrayBufferConstructor>) {
      super(...parameters)
      buffers.push(this)
    }
  } as SharedArrayBufferConstructor
  return () => buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

let alive: unknown

/** A variable that V8 cannot tell to be unread. */
function keepAlive(kept: unknown): void {
  alive = kept
  if (alive !== kept) throw new Error('this cannot be')
  alive = undefined
}
