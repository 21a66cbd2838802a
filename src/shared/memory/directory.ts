/** The directory: what one thread has registered, and the words it shares with the aggregator about each entry.
 *
 *  It is a log in growable shared memory, so that a descriptor becomes visible by the same ordering as samples do: an
 *  entry is published before any sample that names it, without a message. A thread that dies leaves it readable. */
import { assert, TelemetryError } from '../errors.ts'
import { checkMemory } from './corrupt-memory.ts'
import { type DirectoryEntry, ENTRY_TEXT_BYTES_MAX, parseEntry } from './directory-entry.ts'
import { ENTRY_IDS_MAX } from './lane-layout.ts'

// byte  size  type  writer      word
//    0     4  u32   producer    published length of the log in bytes, header included
//    4     4  u32   in turn     1 while the lane is retired: its counters are not read
//   64     …  entries, each a multiple of 8 bytes long:
//   +0     4  u32   producer    length of the entry in bytes
//   +4     4  u32   producer    length of its text in bytes
//   +8     4  u32   producer    counter, low word
//  +12     4  u32   producer    counter, high word: stored after the low word has wrapped
//  +16     4  u32   producer    samples dropped, wraps
//  +20     4  u32   producer    registrations after the first, wraps
//  +24     4  u32   aggregator  board slot + 1; 0 until there is one; BOARD_SLOT_OVERFLOW added for the overflow series
//  +28     4  u32   aggregator  samples dropped that it has seen
//  +32     8  f64   aggregator  counter value that it has seen
//  +40     …  u8    producer    the text: JSON, UTF-8
const HEADER_BYTES = 64
const ENTRY_HEADER_BYTES = 40
const GROWTH_BYTES = 65_536
export const DIRECTORY_BYTES_MIN: number = GROWTH_BYTES
export const DIRECTORY_BYTES_MAX: number = 64 * 1024 * 1024
/** A reader takes so much at a time: some tens of milliseconds of work, while other threads' lanes wait. */
const ENTRIES_PER_READ_MAX = 8_192
const BYTES_PER_READ_MAX = 2 * 1024 * 1024

const PUBLISHED_WORD = 0
/** Tells counters, which do not look at the lane, that they have to announce it again. */
export const RETIRED_WORD = 1

/** Words of an entry, in units of 4 bytes from its beginning. */
export const EntryWord = {
  length: 0,
  textLength: 1,
  counterLow: 2,
  counterHigh: 3,
  dropped: 4,
  registrations: 5,
  boardSlot: 6,
  droppedSeen: 7,
} as const
/** Says that the aggregator put the entry's samples into the overflow series: threads may pass the limit together. */
export const BOARD_SLOT_OVERFLOW: number = 2 ** 31
/** The counter value seen, in units of 8 bytes from the entry's beginning. */
export const ENTRY_COUNTER_SEEN_DOUBLES = 4

assert(
  DIRECTORY_BYTES_MAX / (ENTRY_HEADER_BYTES + 24) <= ENTRY_IDS_MAX,
  'a full directory has no more entries than ids',
)
assert(ENTRY_HEADER_BYTES % 8 === 0 && HEADER_BYTES % 8 === 0, 'entries keep doubles aligned')

export function createDirectory(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(DIRECTORY_BYTES_MIN, { maxByteLength: DIRECTORY_BYTES_MAX })
  new Uint32Array(buffer, 0, 1)[PUBLISHED_WORD] = HEADER_BYTES
  return buffer
}

/** The memory through fixed-length views, renewed when it has grown. A view that tracks the length by itself would make
 *  every access some thirty nanoseconds dearer. */
class DirectoryMemory {
  readonly buffer: SharedArrayBuffer
  words: Uint32Array
  doubles: Float64Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.words = new Uint32Array(buffer, 0, buffer.byteLength / 4)
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength / 8)
  }

  renewViews(): void {
    const { buffer } = this
    this.words = new Uint32Array(buffer, 0, buffer.byteLength / 4)
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength / 8)
  }
}

/** The producer's side: appends entries. */
export class DirectoryWriter extends DirectoryMemory {
  #lengthBytes = HEADER_BYTES
  readonly #firstWords: number[] = []
  /** For whoever summarizes samples of an entry, by its id: a number of theirs, 0 at first. It is here because it has to
   *  grow when an entry is registered, and not when a lane is full. */
  readonly summaries: number[] = []
  /** The shared memory, once this side has left it. */
  #left: Uint32Array | undefined

  /** Appends an entry and publishes it.
   *  @returns its id, and the index of its first word.
   *  @throws TelemetryError OFFLOOP_DIRECTORY_FULL */
  append(entry: DirectoryEntry): { entryId: number; firstWord: number } {
    const text = new TextEncoder().encode(JSON.stringify(entry))
    const entryBytes = (ENTRY_HEADER_BYTES + text.length + 7) & ~7
    const start = this.#lengthBytes
    this.#makeRoom(start + entryBytes)
    const firstWord = start / 4
    this.words[firstWord + EntryWord.length] = entryBytes
    this.words[firstWord + EntryWord.textLength] = text.length
    // Once detached there is nobody left to read it.
    if (!this.#isDetached) new Uint8Array(this.buffer, start + ENTRY_HEADER_BYTES, text.length).set(text)
    this.#lengthBytes = start + entryBytes
    // Published last: whoever sees the length sees the entry before it.
    Atomics.store(this.words, PUBLISHED_WORD, this.#lengthBytes)
    this.summaries.push(0)
    return { entryId: this.#firstWords.push(firstWord) - 1, firstWord }
  }

  /** Counts a sample of this entry that found the lane full. */
  countDropped(entryId: number): void {
    this.words[this.#firstWords[entryId]! + EntryWord.dropped]!++
  }

  /** The entry's board slot word. The aggregator writes it also after this side has left. */
  boardSlotWord(firstWord: number): number {
    const words = this.#left ?? this.words
    const word = firstWord + EntryWord.boardSlot
    return word < words.length ? Atomics.load(words, word) : 0
  }

  /** Whole increments of all counters since the start, and how many of them the aggregator has still to take over. */
  countIncrements(): { counted: number; pending: number } {
    const words = this.#left ?? this.words
    let [counted, pending] = [0, 0]
    for (const firstWord of this.#firstWords) {
      if (firstWord + EntryWord.counterHigh >= words.length) break
      const value =
        words[firstWord + EntryWord.counterHigh]! * 2 ** 32 + words[firstWord + EntryWord.counterLow]!
      counted += value
      pending += Math.max(0, value - this.doubles[firstWord / 2 + ENTRY_COUNTER_SEEN_DOUBLES]!)
    }
    return { counted, pending }
  }

  /** Leaves the shared memory: what is counted from now on, in `words`, stays in a private copy.
   *  @returns counts the sum of what counters were given since. */
  detach(): () => number {
    const before = this.words
    this.#left = before
    this.words = new Uint32Array(before)
    return () =>
      this.#firstWords.reduce((sum, firstWord) => {
        const low = firstWord + EntryWord.counterLow
        return sum + ((this.words[low]! - (before[low] ?? 0)) >>> 0)
      }, 0)
  }

  get #isDetached(): boolean {
    return this.#left !== undefined
  }

  #makeRoom(lengthBytes: number): void {
    if (lengthBytes <= this.words.byteLength) return
    const grown = Math.ceil(lengthBytes / GROWTH_BYTES) * GROWTH_BYTES
    if (grown > DIRECTORY_BYTES_MAX) {
      throw new TelemetryError('OFFLOOP_DIRECTORY_FULL', {
        got: this.#firstWords.length,
        fix: 'use fewer label values, or a lower maxSeriesPerMetric',
      })
    }
    if (this.#isDetached) {
      const words = new Uint32Array(grown / 4)
      words.set(this.words)
      this.words = words
    } else {
      this.buffer.grow(grown)
      this.renewViews()
    }
  }
}

/** The aggregator's side: reads entries in the order they were appended. */
export class DirectoryReader extends DirectoryMemory {
  #lengthBytes = HEADER_BYTES

  /** Calls back for entries published since the last call: for all, unless there are very many. Costs one load when
   *  there is none. The memory may hold anything: whatever it says is checked before it is believed.
   *  @returns whether that was all; if not, the rest is for the next call.
   *  @throws CorruptMemory */
  readNew(onEntry: (entry: DirectoryEntry, firstWord: number) => void): boolean {
    const publishedBytes = Atomics.load(this.words, PUBLISHED_WORD)
    if (publishedBytes === this.#lengthBytes) return true
    if (publishedBytes > this.words.byteLength) this.renewViews()
    checkMemory(publishedBytes <= this.words.byteLength, 'a directory is as long as it says')
    checkMemory(publishedBytes > this.#lengthBytes, 'a directory never becomes shorter')
    const pauseBytes = this.#lengthBytes + BYTES_PER_READ_MAX
    for (let count = 0; this.#lengthBytes < publishedBytes; count++) {
      if (count === ENTRIES_PER_READ_MAX || this.#lengthBytes > pauseBytes) return false
      const start = this.#lengthBytes
      const firstWord = start / 4
      const entryBytes = this.words[firstWord + EntryWord.length]!
      const textLength = this.words[firstWord + EntryWord.textLength]!
      checkMemory(entryBytes % 8 === 0, 'entries keep doubles aligned')
      checkMemory(
        entryBytes >= ENTRY_HEADER_BYTES && start + entryBytes <= publishedBytes,
        'entries end within the log',
      )
      checkMemory(
        textLength <= ENTRY_TEXT_BYTES_MAX && ENTRY_HEADER_BYTES + textLength <= entryBytes,
        'texts end within their entry',
      )
      // Copied out of shared memory first: decoders refuse views of it.
      const text = new Uint8Array(textLength)
      text.set(new Uint8Array(this.buffer, start + ENTRY_HEADER_BYTES, textLength))
      this.#lengthBytes = start + entryBytes
      onEntry(parseEntry(new TextDecoder().decode(text)), firstWord)
    }
    return true
  }
}
