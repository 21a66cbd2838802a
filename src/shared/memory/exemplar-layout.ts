/** The exemplars of a lane: which trace a sample belongs to. Their bytes, at the end of the lane's memory. */
import { assert } from '../errors.ts'

// A table of slots of 64 bytes, all words atomic, written by the producer alone. A slot belongs to one series and one
// magnitude (sign and power of two) at a time; which one it is found by is the producer's affair.
//
// Slot, in 4 bytes from its beginning:
//   +0  version: odd while the slot is being written, wraps; 0 before the first time
//   +1  entry id + 1
//   +2  the coarse clock when it was written
//   +4  the value, f64 as two words
//   +6  trace id, four words, the first digits first
//  +10  span id, two words likewise; both 0: none was given
export const ExemplarWord = { version: 0, entry: 1, timeMs: 2, value: 4, traceId: 6, spanId: 10 } as const

/** Words of a slot: 64 bytes, a cache line of its own. */
export const EXEMPLAR_WORDS = 16
export const TRACE_ID_WORDS = 4
export const SPAN_ID_WORDS = 2
/** A power of two. 32 KiB: what is not touched costs nothing. */
export const EXEMPLAR_SLOTS = 512
export const EXEMPLARS_BYTES: number = EXEMPLAR_SLOTS * EXEMPLAR_WORDS * 4

assert((EXEMPLAR_SLOTS & (EXEMPLAR_SLOTS - 1)) === 0, 'slots are found by masking')
assert(ExemplarWord.value % 2 === 0, 'values lie on whole doubles')
assert(ExemplarWord.spanId === ExemplarWord.traceId + TRACE_ID_WORDS, 'ids lie one after the other')
assert(ExemplarWord.spanId + SPAN_ID_WORDS <= EXEMPLAR_WORDS, 'an exemplar fits its slot')
