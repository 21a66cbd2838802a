/** Where statistics keep what is large: on the heap, or in memory that outlives their thread. */

/** Gives and takes back stretches of memory. What it gives is zeroed or not: whoever takes it writes before reading. */
export interface StatisticsMemory {
  doubles(length: number): Float64Array
  bytes(length: number): Uint8Array
  /** Takes back what `doubles` or `bytes` gave. */
  release(view: Float64Array | Uint8Array): void
  /** A stretch given before, by its `byteOffset` and length: how a successor finds again what it is to carry on. */
  doublesAt(address: number, length: number): Float64Array
  bytesAt(address: number, length: number): Uint8Array
}

/** The heap: nothing of it is found again. */
export const HEAP_MEMORY: StatisticsMemory = {
  doubles: length => new Float64Array(length),
  bytes: length => new Uint8Array(length),
  release: () => {},
  doublesAt: (_address, length) => new Float64Array(length),
  bytesAt: (_address, length) => new Uint8Array(length),
}
