/** Bytes and texts in a row of numbers: as many bytes as there are, then eight to a number. */
import type { StateReader, StateWriter } from '../../shared/statistics/saved-state.ts'

export function writeBytes(into: StateWriter, bytes: Uint8Array): void {
  const padded = new Float64Array(Math.ceil(bytes.length / 8))
  new Uint8Array(padded.buffer).set(bytes)
  into.write(bytes.length)
  into.writeAll(padded)
}

export function readBytes(from: StateReader): Uint8Array {
  const length = from.read()
  return new Uint8Array(from.readAll(Math.ceil(length / 8)).buffer, 0, length)
}

export function writeText(into: StateWriter, text: string): void {
  writeBytes(into, new TextEncoder().encode(text))
}

export function readText(from: StateReader): string {
  return new TextDecoder().decode(readBytes(from))
}
