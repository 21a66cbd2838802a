/** Closed slices of one series, oldest first, in one stretch of memory. */
import { ByteCursor } from './byte-cursor.ts'
import type { ExponentialHistogram } from './exponential-histogram.ts'
import { mergePacked, packHistogram } from './packed-histogram.ts'
import type { StateReader, StateWriter } from './saved-state.ts'
import type { StatisticsMemory } from './statistics-memory.ts'

// A record: byte  size  type
//              0     4  u32   bytes of the record
//              4     4  u32   slice index
//              8     8  f64   count: samples, or a counter's increments
//             16     …        packed histogram; absent for a counter
const HEADER_BYTES = 16

/** A log of its own costs a few hundred bytes; as objects, an hour's slices of a quiet series would cost 40 KB. */
export class SliceLog {
  readonly #cursor: ByteCursor
  #headByte = 0
  #tailByte = 0

  constructor(memory?: StatisticsMemory) {
    this.#cursor = new ByteCursor(memory)
  }

  get bytes(): number {
    return this.#cursor.capacityBytes
  }

  /** @param sliceIndex greater than that of any slice appended before
   *  @param histogram may be empty: then only the count is kept */
  append(sliceIndex: number, count: number, histogram: ExponentialHistogram): void {
    const cursor = this.#cursor
    const startByte = this.#tailByte
    cursor.position = startByte
    cursor.writeUint32(0)
    cursor.writeUint32(sliceIndex)
    cursor.writeFloat64(count)
    if (histogram.count > 0) packHistogram(histogram, cursor)
    this.#tailByte = cursor.position
    cursor.position = startByte
    cursor.writeUint32(this.#tailByte - startByte)
  }

  /** Adds the slices from `firstIndex` on to `histogram`, if there is one.
   *  @returns the sum of their counts. */
  mergeFrom(firstIndex: number, histogram: ExponentialHistogram | null): number {
    const cursor = this.#cursor
    let total = 0
    for (let byte = this.#headByte; byte < this.#tailByte; ) {
      cursor.position = byte
      const recordBytes = cursor.readUint32()
      const sliceIndex = cursor.readUint32()
      byte += recordBytes
      if (sliceIndex < firstIndex) continue
      total += cursor.readFloat64()
      if (histogram !== null && recordBytes > HEADER_BYTES) mergePacked(cursor, histogram)
    }
    return total
  }

  /** Saves where the log lies and what of it counts. Slices appended later lie behind that. */
  save(into: StateWriter): void {
    into.write(this.#cursor.address)
    into.write(this.#cursor.capacityBytes)
    into.write(this.#headByte)
    into.write(this.#tailByte)
  }

  restore(from: StateReader): void {
    const address = from.read()
    this.#cursor.reopen(address, from.read())
    this.#headByte = from.read()
    this.#tailByte = from.read()
  }

  /** Forgets the slices before `firstIndex`. */
  dropBefore(firstIndex: number): void {
    const cursor = this.#cursor
    while (this.#headByte < this.#tailByte) {
      cursor.position = this.#headByte
      const recordBytes = cursor.readUint32()
      if (cursor.readUint32() >= firstIndex) break
      this.#headByte += recordBytes
    }
    // Moving the rest only once half is free keeps the cost in proportion to what was written.
    if (this.#headByte * 2 < this.#tailByte || this.#headByte === 0) return
    cursor.keep(this.#headByte, this.#tailByte)
    this.#tailByte -= this.#headByte
    this.#headByte = 0
  }
}
