/** How much memory this thread holds, and what objects take of it. Needs `--expose-gc`. */
import { spreadOf } from '../../core/spread.ts'

/** Compiled code comes and goes between two readings: the middle of three is without it. */
const READINGS = 3

/** Bytes of this thread, after everything that can be collected is. */
export interface ThreadMemory {
  readonly heap: number
  /** ArrayBuffers; fixed-length SharedArrayBuffers made on this thread count in it (Node 20 to 26), growable ones do not. */
  readonly arrayBuffers: number
}

export function readThreadMemory(): ThreadMemory {
  // What the first collection finds unreachable may free more in the second.
  globalThis.gc!()
  globalThis.gc!()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, arrayBuffers }
}

/** Heap and ArrayBuffers together, without the fixed-length SharedArrayBuffers of `sharedBytes`. */
export function growthBytes(before: ThreadMemory, after: ThreadMemory, sharedBytes = 0): number {
  return after.heap - before.heap + after.arrayBuffers - before.arrayBuffers - sharedBytes
}

/** Whether `process.memoryUsage().arrayBuffers` has fixed-length SharedArrayBuffers in it, here. */
export function countsSharedBuffers(): boolean {
  const bytes = 2 ** 20
  const before = process.memoryUsage().arrayBuffers
  const buffer = new SharedArrayBuffer(bytes)
  return process.memoryUsage().arrayBuffers - before >= buffer.byteLength
}

/** Bytes that something takes while it is kept: on V8's heap, and in buffers of its own.
 *  @param create makes what is to be measured, more than once; kept until it has been */
export function bytesOf(create: () => unknown): number {
  return spreadOf(Array.from({ length: READINGS }, () => growthOf(create))).median
}

function growthOf(create: () => unknown): number {
  const before = readThreadMemory()
  const kept = create()
  const bytes = growthBytes(before, readThreadMemory())
  keepAlive(kept)
  return bytes
}

let alive: unknown

/** A variable that V8 cannot tell to be unread. */
function keepAlive(kept: unknown): void {
  alive = kept
  if (alive !== kept) throw new Error('this cannot be')
  alive = undefined
}
