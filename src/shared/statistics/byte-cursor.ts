/** Numbers written one behind the other into memory that grows, and read back in the same order. */

import { HEAP_MEMORY, type StatisticsMemory } from './statistics-memory.ts'

const CAPACITY_MIN_BYTES = 64
const NO_BYTES: Uint8Array = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)

/** A position in a byte array. Writing moves it and grows the array; reading moves it. Nothing is allocated before
 *  the first write. */
export class ByteCursor {
  position = 0
  readonly #memory: StatisticsMemory
  #bytes = NO_BYTES
  #view = NO_VIEW

  constructor(memory: StatisticsMemory = HEAP_MEMORY) {
    this.#memory = memory
  }

  get capacityBytes(): number {
    return this.#bytes.byteLength
  }

  /** Where the bytes lie in their memory. */
  get address(): number {
    return this.#bytes.byteOffset
  }

  /** Goes on with bytes that lie in the memory already. */
  reopen(address: number, capacityBytes: number): void {
    if (capacityBytes > 0) this.#look(this.#memory.bytesAt(address, capacityBytes))
  }

  writeUint32(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.position, value)
    this.position += 4
  }

  readUint32(): number {
    this.position += 4
    return this.#view.getUint32(this.position - 4)
  }

  writeFloat64(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.position, value)
    this.position += 8
  }

  readFloat64(): number {
    this.position += 8
    return this.#view.getFloat64(this.position - 8)
  }

  /** @param value whole, from 0 to 2^53 - 1: 7 bits a byte, the lowest first */
  writeVarint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest > 127) {
      this.#bytes[this.position] = (rest % 128) + 128
      this.position += 1
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.position] = rest
    this.position += 1
  }

  readVarint(): number {
    let byte = this.#bytes[this.position]!
    let value = byte & 127
    let factor = 128
    this.position += 1
    while (byte > 127) {
      byte = this.#bytes[this.position]!
      value += (byte & 127) * factor
      factor *= 128
      this.position += 1
    }
    return value
  }

  /** Keeps the bytes from `first` to `end`, now at the beginning. In other memory: what was saved of this cursor goes on
   *  to mean what it meant. */
  keep(first: number, end: number): void {
    this.#moveTo(this.#bytes.subarray(first, end), end - first)
  }

  #reserve(byteCount: number): void {
    const needed = this.position + byteCount
    if (needed <= this.#bytes.length) return
    this.#moveTo(this.#bytes, Math.max(needed, Math.ceil(this.#bytes.length * 1.5)))
  }

  #moveTo(content: Uint8Array, capacityBytes: number): void {
    const former = this.#bytes
    const bytes = this.#memory.bytes(Math.max(CAPACITY_MIN_BYTES, capacityBytes))
    bytes.set(content)
    this.#look(bytes)
    if (former.length > 0) this.#memory.release(former)
  }

  #look(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}
