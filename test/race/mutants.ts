/** Production code with one mistake each: what the exploration has to find, or it proves nothing. */
import type { SourceChange } from './source-change.ts'

export interface Mutant {
  readonly name: string
  readonly changes: readonly SourceChange[]
}

const WRITER = 'producer/lane-writer.ts'
const READER = 'worker/lane-reader.ts'
const DIRECTORY = 'shared/memory/directory.ts'

const PUBLISH = '    Atomics.store(words, LaneWord.writeIndex, this.#writeIndex)\n'
const VALUE = "doubles[slot + 1] = typeof value === 'number' ? value : Number.NaN\n"
const NEXT = '    const next = (writeIndex + 1) | 0\n'
const COUNT_SERIES = 'this.#directory.countDropped(entryId & (ENTRY_IDS_MAX - 1))\n'
const STORED_LAST = '      // Stored last: who sees that samples were dropped sees whose they were.\n'
const COUNT_LANE = 'Atomics.store(words, LaneWord.dropped, words[LaneWord.dropped]! + 1)\n'
const FOLD = 'const foldedCount = this.#fold(this.#readIndex, batchCount)\n'
const LOAD_PUBLISHED = 'const writeIndex = Atomics.load(this.#lane.words, LaneWord.writeIndex)\n'
const READ_AFTER =
  '    // Read after the write index: every sample before it has its entry in the directory by now.\n'
const READ_NEW = 'this.#registerNew()\n'

const mutant = (name: string, file: string, ...texts: [find: string, replace: string][]): Mutant => ({
  name,
  changes: texts.map(([find, replace]) => ({ file, find, replace })),
})

/** To be applied to the scaled-down code. */
export const MUTANTS: readonly Mutant[] = [
  mutant('published before it is written', WRITER, [
    VALUE,
    `Atomics.store(this.#lane.words, LaneWord.writeIndex, (writeIndex + 1) | 0)\n    ${VALUE}`,
  ]),
  mutant('the read index stored before the copy', READER, [
    FOLD,
    `Atomics.store(this.#lane.words, LaneWord.readIndex, (this.#readIndex + batchCount) | 0)\n      ${FOLD}`,
  ]),
  mutant('a stale cached index used past the end', WRITER, [
    'Math.min(capacity - fill, capacity >> 1)',
    'capacity',
  ]),
  mutant('an index too narrow to tell full from empty', WRITER, [
    VALUE + NEXT,
    `${VALUE}    const next = (writeIndex + 1) & this.#mask\n`,
  ]),
  mutant('a dropped sample that is not counted', WRITER, [COUNT_LANE, '\n']),
  mutant('a dropped sample that its series does not count', WRITER, [COUNT_SERIES, '\n']),
  mutant('a dropped sample counted by its series last', WRITER, [
    `${COUNT_SERIES}${STORED_LAST}      ${COUNT_LANE}`,
    COUNT_LANE + COUNT_SERIES,
  ]),
  mutant('publishing without the last sample', WRITER, [
    PUBLISH,
    '    Atomics.store(words, LaneWord.writeIndex, (this.#writeIndex - 1) | 0)\n',
  ]),
  mutant('publishing by a plain store', WRITER, [
    PUBLISH,
    '    words[LaneWord.writeIndex] = this.#writeIndex\n',
  ]),
  mutant('the read index stored plainly', READER, [
    'Atomics.store(this.#lane.words, LaneWord.readIndex, this.#readIndex)',
    'this.#lane.words[LaneWord.readIndex] = this.#readIndex',
  ]),
  mutant(
    'the lease looked at before publishing',
    WRITER,
    [PUBLISH, `    const lease = Atomics.load(words, LaneWord.lease)\n${PUBLISH}`],
    ['if (Atomics.load(words, LaneWord.lease) === Lease.retired)', 'if (lease === Lease.retired)'],
  ),
  mutant('nobody woken by a lane that fills up', WRITER, [
    'if (isRunning) wakeAggregator(this.#control)',
    'void isRunning',
  ]),
  mutant('a successor that begins at the write index', READER, [
    'this.#readIndex = Atomics.load(this.#lane.words, LaneWord.readIndex)',
    'this.#readIndex = Atomics.load(this.#lane.words, LaneWord.writeIndex)',
  ]),
  mutant('an entry published before it is written', DIRECTORY, [
    'this.words[firstWord + EntryWord.length] = entryBytes\n',
    'Atomics.store(this.words, PUBLISHED_WORD, start + entryBytes)\n    this.words[firstWord + EntryWord.length] = entryBytes\n',
  ]),
  mutant('the directory read before the write index', READER, [
    `${LOAD_PUBLISHED}${READ_AFTER}    ${READ_NEW}`,
    `${READ_NEW}    ${LOAD_PUBLISHED}`,
  ]),
]
