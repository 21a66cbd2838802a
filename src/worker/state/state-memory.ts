/** Gives out the state memory in blocks, and takes them back. Aggregator thread. */
import { assert } from '../../shared/errors.ts'
import { STATE_GROWTH_BYTES, STATE_HEADER_BYTES } from '../../shared/memory/state-layout.ts'
import type { StatisticsMemory } from '../../shared/statistics/statistics-memory.ts'

const BLOCK_BYTES_MIN = 64

/** A stretch that something lies in. */
interface Extent {
  readonly address: number
  readonly bytes: number
}

/** Blocks are powers of two. One that is given back can be given out again after the next commit only: until then the
 *  checkpoint that holds may point at it. Nothing is kept of what is free: a successor finds out from what is used. */
export class StateMemory implements StatisticsMemory {
  readonly buffer: SharedArrayBuffer
  /** Whether it has run out. What is asked for from then on comes from the heap, and no checkpoint can be made. */
  isExhausted = false
  #endByte = STATE_HEADER_BYTES
  /** Addresses of free blocks, by the binary logarithm of their size. */
  readonly #free: number[][] = Array.from({ length: 53 }, () => [])
  /** Pairs of an address and a size: given back since the last commit. */
  #givenBack: number[] = []
  /** What lies in the memory already, as far as it has been met; undefined once that is known in full. */
  #found: Extent[] | undefined = []

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
  }

  /** Something lies there already. Before `open` only. */
  noteFound(address: number, byteCount: number): void {
    this.#found?.push({ address, bytes: blockBytes(byteCount) })
  }

  /** Everything that lies in the memory has been found: the rest is free. */
  open(): void {
    const found = this.#found ?? []
    this.#found = undefined
    for (const { address, bytes } of found.sort((a, b) => a.address - b.address)) {
      this.#addHole(this.#endByte, address)
      this.#endByte = Math.max(this.#endByte, address + bytes)
    }
  }

  /** @returns where so many bytes are free, or 0 when there is no more memory */
  allocate(byteCount: number): number {
    assert(this.#found === undefined, 'nothing is allocated before what there is has been found')
    const bytes = blockBytes(byteCount)
    const known = this.#free[Math.log2(bytes)]!.pop()
    if (known !== undefined) return known
    const address = this.#endByte
    if (!this.#reach(address + bytes)) return 0
    this.#endByte = address + bytes
    return address
  }

  giveBack(address: number, byteCount: number): void {
    this.#givenBack.push(address, blockBytes(byteCount))
  }

  /** What was given back before the commit can be given out from now on. */
  noteCommit(): void {
    const givenBack = this.#givenBack
    if (givenBack.length === 0) return
    for (let index = 0; index < givenBack.length; index += 2) {
      this.#free[Math.log2(givenBack[index + 1]!)]!.push(givenBack[index]!)
    }
    this.#givenBack = []
  }

  doubles(length: number): Float64Array {
    const address = this.allocate(length * 8)
    return address === 0 ? new Float64Array(length) : new Float64Array(this.buffer, address, length)
  }

  bytes(length: number): Uint8Array {
    const address = this.allocate(length)
    return address === 0 ? new Uint8Array(length) : new Uint8Array(this.buffer, address, length)
  }

  release(view: Float64Array | Uint8Array): void {
    if (view.buffer === this.buffer) this.giveBack(view.byteOffset, view.byteLength)
  }

  doublesAt(address: number, length: number): Float64Array {
    this.noteFound(address, length * 8)
    return new Float64Array(this.buffer, address, length)
  }

  bytesAt(address: number, length: number): Uint8Array {
    this.noteFound(address, length)
    return new Uint8Array(this.buffer, address, length)
  }

  #reach(endByte: number): boolean {
    if (endByte <= this.buffer.byteLength) return true
    const grown = Math.ceil(endByte / STATE_GROWTH_BYTES) * STATE_GROWTH_BYTES
    try {
      this.buffer.grow(grown)
      return true
    } catch {
      this.isExhausted = true
      return false
    }
  }

  /** Cuts what lies between two used stretches into blocks. */
  #addHole(fromByte: number, toByte: number): void {
    for (let byte = fromByte; byte < toByte; ) {
      const log2 = Math.floor(Math.log2(toByte - byte))
      if (2 ** log2 < BLOCK_BYTES_MIN) return
      this.#free[log2]!.push(byte)
      byte += 2 ** log2
    }
  }
}

/** What an allocation of so many bytes takes. */
export function blockBytes(byteCount: number): number {
  return byteCount <= BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : 2 ** Math.ceil(Math.log2(byteCount))
}
