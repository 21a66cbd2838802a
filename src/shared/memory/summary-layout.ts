/** The summary of a lane: where samples go that find it full. Its bytes, behind the lane's slots. */
import { assert } from '../errors.ts'
import { BUCKET_INDEX_MAX, BUCKET_INDEX_MIN, HISTOGRAM_SCALE } from '../statistics/bucket-index.ts'

// A pool of pages of 128 bytes, all words atomic, written by the producer alone, and never cleared: counts are
// cumulative and wrap, and whoever reads them goes by differences. Headers (two pages, one header for each series that
// has overflowed) are taken from the end of the pool, tables and counts (a page each) from its beginning.
//
// Header, in 4 bytes from its beginning:
//   +0  entry id + 1, stored once
//   +1  version: valid samples whose figures stand in copy `version & 1`, wraps
//   +2  values that count as zero
//   +3  values beyond MAGNITUDE_MAX, which also count in the outermost bucket
//   +4  invalid samples
//   +5  increments of a counter: they have a count and a sum, and no distribution
//   +8  8 tables: page + 1, or 0. Four for negative values, then four for positive ones, 32 octaves each, ascending
//  +32  copy 0, +48 copy 1: sum, compensation, min, max, last as f64 in two words each; the coarse clock of the last
// Table: 32 words, one for each octave: page + 1, or 0.
// Counts: 32 words, one for each bucket of the octave.
//
// A version is stored after the other copy has been written: the one it names is whole, also when its writer dies.
//
// The pool is followed by another of the same size, which only the aggregator uses: the counts it has seen and added in,
// each where it stands in the pool. So whoever drains the lane next goes on there.
const PAGE_BYTES = 128
export const PAGE_WORDS: number = PAGE_BYTES / 4
export const HEADER_WORDS: number = 2 * PAGE_WORDS
const OCTAVE_MIN: number = BUCKET_INDEX_MIN >> HISTOGRAM_SCALE
const OCTAVES: number = (BUCKET_INDEX_MAX >> HISTOGRAM_SCALE) - OCTAVE_MIN + 1

export const SummaryWord = {
  entry: 0,
  version: 1,
  zeros: 2,
  clamped: 3,
  invalid: 4,
  increments: 5,
  /** Of the aggregator's pool only: the version whose figures it has added in. */
  figuresSeen: 6,
  tables: 8,
  copies: 32,
} as const
export const COPY_WORDS = 16
export const TABLES: number = (2 * OCTAVES) / PAGE_WORDS

/** A copy's figures, in units of 8 bytes from its beginning … */
export const SummaryFigure = { sum: 0, compensation: 1, min: 2, max: 3, last: 4 } as const
export const FIGURES = 5
/** … and what follows them. */
export const COPY_TIME_WORD: number = FIGURES * 2

/** 512 KiB, and as much for the aggregator. What is not touched costs nothing. */
export const SUMMARY_PAGES_DEFAULT = 4_096
export const SUMMARY_PAGES_MAX = 65_536

assert(2 ** HISTOGRAM_SCALE === PAGE_WORDS, 'a page counts the buckets of an octave')
assert(SummaryWord.tables + TABLES <= SummaryWord.copies, 'the tables end before the copies')
assert(SummaryWord.copies + 2 * COPY_WORDS === HEADER_WORDS, 'the copies end with the header')
assert(COPY_TIME_WORD < COPY_WORDS, 'the figures fit a copy')

/** Bytes of both pools. */
export function summaryBytes(pageCount: number): number {
  return 2 * pageCount * PAGE_BYTES
}

export function isSummaryPageCount(pageCount: number): boolean {
  return pageCount >= 0 && pageCount <= SUMMARY_PAGES_MAX && pageCount % 2 === 0
}

/** Which of the header's octaves a bucket lies in: table and place in it are its upper and lower bits. */
export function octaveKeyOf(bucketIndex: number, isPositive: boolean): number {
  return (bucketIndex >> HISTOGRAM_SCALE) - OCTAVE_MIN + (isPositive ? OCTAVES : 0)
}

export function isPositiveKey(octaveKey: number): boolean {
  return octaveKey >= OCTAVES
}

/** The first bucket of an octave. */
export function firstBucketOf(octaveKey: number): number {
  return ((octaveKey % OCTAVES) + OCTAVE_MIN) << HISTOGRAM_SCALE
}
