/** The state memory: where the aggregator keeps what its successor needs. Its bytes, and how one is made.
 *
 *  Only aggregators see it: no other thread is given it, so none can damage it. */
import { assert } from '../errors.ts'

// byte  size  type  writer      word
//    0     8  f64   creator     magic
//    8     8  f64   aggregator  committed epoch: the checkpoint that holds; 0 before the first, and once given up
//   16     8  f64   aggregator  records there are
//   64     8  f64   aggregator  addresses of the record blocks, STATE_BLOCKS_MAX of them; 0 where there is none
// 8192     …        record blocks, records, samples, slices, as they were allocated
//
// A record block holds STATE_BLOCK_RECORDS entries, each of 9 doubles:
//   +0     8  f64   aggregator  kind
//   +8    32  f64   aggregator  copy A: epoch it was written in, address, capacity in bytes, length in doubles
//  +40    32  f64   aggregator  copy B: the same
export const STATE_MAGIC = 0x4c4f_4f50_5354

/** Indices of the header's words, in units of 8 bytes. */
export const StateWord = { magic: 0, committedEpoch: 1, recordCount: 2, blocks: 8 } as const

/** Indices of an entry's words, in units of 8 bytes. */
export const EntryDouble = {
  kind: 0,
  copyA: 1,
  copyB: 5,
} as const
/** Indices of a copy's words in its entry. */
export const CopyDouble = { epoch: 0, address: 1, capacityBytes: 2, length: 3 } as const

export const STATE_ENTRY_DOUBLES = 9
/** So many fit 64 KiB. */
export const STATE_BLOCK_RECORDS = 910
export const STATE_BLOCKS_MAX = 1_016
export const STATE_HEADER_BYTES = 8_192
export const STATE_GROWTH_BYTES: number = 2 ** 20
/** Address space that is asked for, the largest first: what is not used costs nothing, but not every system gives it. */
const STATE_BYTES_MAX: readonly number[] = [2 ** 32, 2 ** 30, 2 ** 28]

assert((StateWord.blocks + STATE_BLOCKS_MAX) * 8 <= STATE_HEADER_BYTES, 'the block addresses fit the header')

export function createState(): SharedArrayBuffer {
  const buffer = reserve()
  new Float64Array(buffer, 0, 1)[StateWord.magic] = STATE_MAGIC
  return buffer
}

function reserve(): SharedArrayBuffer {
  for (const maxByteLength of STATE_BYTES_MAX) {
    try {
      return new SharedArrayBuffer(STATE_GROWTH_BYTES, { maxByteLength })
    } catch {
      // Less, then.
    }
  }
  return new SharedArrayBuffer(STATE_GROWTH_BYTES)
}
