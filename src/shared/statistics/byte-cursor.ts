/** Numbers written one behind the other into memory that grows, and read back in the same order. */

const CAPACITY_MIN_BYTES = 64
const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)

/** A position in a byte array. Writing moves it and grows the array; reading moves it. Nothing is allocated before
 *  the first write. */
export class ByteCursor {
  position = 0
  #bytes: Uint8Array<ArrayBuffer> = NO_BYTES
  #view = NO_VIEW

  get capacityBytes(): number {
    return this.#bytes.byteLength
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

  /** Keeps the bytes from `first` to `end`, now at the beginning, in memory that fits them. */
  keep(first: number, end: number): void {
    if ((end - first) * 4 < this.#bytes.length) this.#moveTo(this.#bytes.slice(first, end))
    else this.#bytes.copyWithin(0, first, end)
  }

  #reserve(byteCount: number): void {
    const needed = this.position + byteCount
    if (needed <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(CAPACITY_MIN_BYTES, needed, Math.ceil(this.#bytes.length * 1.5)))
    bytes.set(this.#bytes)
    this.#moveTo(bytes)
  }

  #moveTo(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}
