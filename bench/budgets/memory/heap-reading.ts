/** How much memory this thread holds. Needs a process started with MEMORY_EXEC_ARGV. */

export const MEMORY_EXEC_ARGV: readonly string[] = ['--expose-gc']

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
