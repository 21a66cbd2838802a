/** Production code with one mistake each: what the exploration has to find, or it proves nothing. */
import type { SourceChange } from './source-change.ts'

export interface Mutant {
  readonly name: string
  readonly changes: readonly SourceChange[]
  /** The case that finds it … */
  readonly foundIn: string
  /** … and what its counterexample is to be, in the first line. */
  readonly expected: RegExp
  /** Its indices are slot numbers: what the rules make of an index has to be as narrow. */
  readonly isIndexNarrow?: boolean
}

const WRITER = 'producer/lane-writer.ts'
const READER = 'worker/lane-reader.ts'
const DIRECTORY = 'shared/memory/directory.ts'
const SUMMARY_WRITER = 'producer/summary-writer.ts'
const SUMMARY_READER = 'worker/summary-reader.ts'

const STORE = '    Atomics.store(this.#lane.words, LaneWord.writeIndex, this.#writeIndex)\n'
const STORE_PLAINLY = '    this.#lane.words[LaneWord.writeIndex] = this.#writeIndex\n'
const STORE_SHORT = '    Atomics.store(this.#lane.words, LaneWord.writeIndex, (this.#writeIndex - 1) | 0)\n'
const STORE_BEYOND = '    Atomics.store(this.#lane.words, LaneWord.writeIndex, (this.#writeIndex + 1) | 0)\n'
const LOOK = '    this.#lookAtLease()\n'
const PUBLISH = STORE + LOOK
const PUBLISHED_LAST = '    // Published last: whoever sees the index sees the slots before it.\n'
const END_BATCH = PUBLISHED_LAST + STORE
const REMEMBER = '    this.#lookedAtMs = this.#control[ControlWord.clockMs]!\n'
const LOAD_LEASE = '    const lease = Atomics.load(this.#lane.words, LaneWord.lease)\n'
const IS_CLOCK_MOVED = 'this.#control[ControlWord.clockMs] !== this.#lookedAtMs'
const VALUE = "doubles[slot + 1] = typeof value === 'number' ? value : Number.NaN\n"
const NEXT = '    const next = (writeIndex + 1) | 0\n'
const COUNT_SERIES = 'this.#directory.countDropped(entryId & (ENTRY_IDS_MAX - 1))\n'
const STORED_LAST = '    // Stored last: who sees that samples were dropped sees whose they were.\n'
const COUNT_LANE = 'Atomics.store(words, LaneWord.dropped, words[LaneWord.dropped]! + 1)\n'
const FOLD =
  'const foldedCount = foldSlots(this.#lane, this.#readIndex, batchCount, this.#entries.seriesById)\n'
const LOAD_PUBLISHED = 'const writeIndex = Atomics.load(this.#lane.words, LaneWord.writeIndex)\n'
const READ_AFTER =
  '    // Read after the write index: every sample before it has its entry in the directory by now.\n'
const READ_NEW = 'this.#entries.registerNew()\n'

// Cases by name.
const NOTICE = 'notice given to a thread within its first two samples'
const HEARD = 'notice given to a thread that comes back, and is heard'
const CLOSE = 'close in the middle of a batch'
const NOTICE_AND_CLOCK = 'notice, and a step of the clock, in the middle of a batch'
const REGISTRATION = 'a series registered between samples'
const FULL = '2 slots, 3 samples, published every 4, from 2147483646'
const SECOND_READER = 'a reader followed by another on the same lane'
const FULL_FROM_0 = '2 slots, 4 samples, published every 1, from 0'
const DEATH = 'an aggregator that dies anywhere, and its successor; 2 slots'
const SUMMARIZED = 'a sample that is summarized while the summary is read'
const SUMMARIZED_AGAIN = 'a sample that is summarized while the summary is read, and read again'
const LONG_BATCHES = '4 slots, 6 samples, published every 2, from 4294967294'

const mutant = (
  name: string,
  foundIn: string,
  expected: RegExp,
  file: string,
  ...texts: [find: string, replace: string][]
): Mutant => ({
  name,
  foundIn,
  expected,
  changes: texts.map(([find, replace]) => ({ file, find, replace })),
})

/** What publishing makes visible is to be written, and all there is. */
const PUBLISHING: readonly Mutant[] = [
  mutant('published by a plain store', CLOSE, /^(load|write) of lane\.writeIndex races with/, WRITER, [
    PUBLISH,
    STORE_PLAINLY + LOOK,
  ]),
  mutant(
    'published without the last sample',
    CLOSE,
    /^a sample is folded that was never published$/,
    WRITER,
    [PUBLISH, STORE_SHORT + LOOK],
  ),
  mutant('published with a sample too many', CLOSE, /^read of slot \d header races with/, WRITER, [
    PUBLISH,
    STORE_BEYOND + LOOK,
  ]),
  mutant('never published', CLOSE, /^producer: after close it leaves 1 samples/, WRITER, [PUBLISH, LOOK]),
]

/** The same, of a batch that ends. */
const ENDING_BATCH: readonly Mutant[] = [
  mutant('a batch published by a plain store', NOTICE, /^load of lane\.writeIndex races with/, WRITER, [
    END_BATCH,
    STORE_PLAINLY,
  ]),
  mutant(
    'a batch published without the last',
    SECOND_READER,
    /^producer: after push it leaves 1 samples/,
    WRITER,
    [END_BATCH, STORE_SHORT],
  ),
  mutant('a batch published with one too many', NOTICE, /^read of slot \d header races with/, WRITER, [
    END_BATCH,
    STORE_BEYOND,
  ]),
  mutant('a batch never published', NOTICE, /^producer: after push it leaves 2 samples/, WRITER, [
    END_BATCH,
    '',
  ]),
]

/** Who publishes into a lane that was given up is to notice: by the clock after a batch, by the lease itself otherwise. */
const LOOKING_AT_LEASE: readonly Mutant[] = [
  mutant('a lease that no batch looks at', NOTICE, /^2 samples stay in a lane that was given up$/, WRITER, [
    `    if (${IS_CLOCK_MOVED}) this.#lookAtLease()\n`,
    '',
  ]),
  mutant(
    'the clock read before the store',
    NOTICE,
    /^1 samples stay in a lane that was given up$/,
    WRITER,
    [END_BATCH, `    const isClockMoved = ${IS_CLOCK_MOVED}\n${STORE}`],
    [`if (${IS_CLOCK_MOVED}) this`, 'if (isClockMoved) this'],
  ),
  mutant(
    'the lease looked at before publishing',
    HEARD,
    /^1 samples stay in a lane that was given up$/,
    WRITER,
    [PUBLISH, LOOK + STORE],
  ),
  mutant(
    'the lease looked at before the clock',
    NOTICE_AND_CLOCK,
    /^2 samples stay in a lane that was given up$/,
    WRITER,
    [REMEMBER + LOAD_LEASE, LOAD_LEASE + REMEMBER],
  ),
]

const COUNT_SUMMARIZED = '    this.#count(LaneWord.summarized)\n'
const NAME_COPY = '    Atomics.store(words, header + SummaryWord.version, (version + 1) | 0)\n'
const WRITE_COPY = '    const to = copies + ((version + 1) & 1) * COPY_WORDS\n'
const BEGIN_SUMMARIZING = '    const isIncrement = entryId >= HEADER_INCREMENT\n'

/** What is summarized is read once, all of it, and whole. */
const SUMMARIZING: readonly Mutant[] = [
  mutant(
    'a summarized sample said to be there before it is',
    SUMMARIZED,
    /^of 2 summarized samples 1 were read$/,
    SUMMARY_WRITER,
    [COUNT_SUMMARIZED, ''],
    [BEGIN_SUMMARIZING, COUNT_SUMMARIZED + BEGIN_SUMMARIZING],
  ),
  mutant(
    'a count of the summary stored plainly',
    SUMMARIZED,
    /^load of (slot|lane)\S* .*races with/,
    SUMMARY_WRITER,
    ['Atomics.store(words, word, (words[word]! + 1) | 0)', 'words[word] = (words[word]! + 1) | 0'],
  ),
  mutant(
    'a copy of the figures named before it is written',
    SUMMARIZED_AGAIN,
    /^aggregator: it throws: not so: figures are numbers/,
    SUMMARY_WRITER,
    [NAME_COPY, ''],
    [WRITE_COPY, NAME_COPY + WRITE_COPY],
  ),
  mutant(
    'figures that are never looked at again',
    SUMMARIZED_AGAIN,
    /^2 summarized samples add up to 206, and not to 102.5$/,
    SUMMARY_READER,
    ['    if (version !== counted) this.#isBehind = true\n', ''],
  ),
]

/** To be applied to the scaled-down code. */
export const MUTANTS: readonly Mutant[] = [
  ...SUMMARIZING,
  ...PUBLISHING,
  ...ENDING_BATCH,
  ...LOOKING_AT_LEASE,
  mutant('a batch longer than its room', LONG_BATCHES, /^read of slot \d header races with/, WRITER, [
    'this.#publishEvery, roomCount)',
    'this.#publishEvery)',
  ]),
  mutant('a batch that goes on after close', CLOSE, /^producer: a sample is accepted after close$/, WRITER, [
    '    this.#publish()\n    this.#checkAt = this.#writeIndex\n',
    '    this.#publish()\n',
  ]),
  {
    name: 'an index too narrow to tell full from empty',
    foundIn: DEATH,
    expected: /^sample 0 is folded as 102\.5 of series 0/,
    isIndexNarrow: true,
    changes: [
      [WRITER, VALUE + NEXT, `${VALUE}    const next = (writeIndex + 1) & this.#mask\n`],
      [WRITER, '(writeIndex + batchCount) | 0\n', '(writeIndex + batchCount) & this.#mask\n'],
      [
        WRITER,
        'const roomCount = (this.#roomEnd - writeIndex) | 0\n',
        'const roomCount = (this.#roomEnd - writeIndex) & this.#mask\n',
      ],
      [
        WRITER,
        'const share = (writeIndex - this.#burstStart) >>>',
        'const share = ((writeIndex - this.#burstStart) & this.#mask) >>>',
      ],
      [WRITER, 'LaneWord.readIndex)) | 0\n', 'LaneWord.readIndex)) & this.#mask\n'],
      // As the scaled-down code has it: changes are made in order.
      [WRITER, 'capacity >> 1)) | 0\n', 'capacity >> 1)) & this.#mask\n'],
      [
        READER,
        'const count = (writeIndex - this.#readIndex) | 0\n',
        'const count = (writeIndex - this.#readIndex) & (this.#lane.capacity - 1)\n',
      ],
      [
        READER,
        'Math.min((writeIndex - this.#readIndex) | 0,',
        'Math.min((writeIndex - this.#readIndex) & (this.#lane.capacity - 1),',
      ],
      [
        READER,
        '(this.#readIndex + batchCount) | 0\n',
        '(this.#readIndex + batchCount) & (this.#lane.capacity - 1)\n',
      ],
    ].map(([file = '', find = '', replace = '']) => ({ file, find, replace })),
  },
  mutant('published before it is written', NOTICE, /^read of slot 0 value races with/, WRITER, [
    VALUE,
    `Atomics.store(this.#lane.words, LaneWord.writeIndex, (writeIndex + 1) | 0)\n    ${VALUE}`,
  ]),
  mutant('the read index stored before the copy', FULL, /^read of slot 0 header races with/, READER, [
    FOLD,
    `Atomics.store(this.#lane.words, LaneWord.readIndex, (this.#readIndex + batchCount) | 0)\n      ${FOLD}`,
  ]),
  mutant('a stale cached index used past the end', FULL_FROM_0, /^read of slot 0 header races with/, WRITER, [
    'Math.min(capacity - fill, capacity >> 1)',
    'capacity',
  ]),
  mutant(
    'a dropped sample that is not counted',
    FULL,
    /^producer: of 3 samples it accounts for 2 \+ 0 \+ 0$/,
    WRITER,
    [COUNT_LANE, '\n'],
  ),
  mutant(
    'a dropped sample that its series does not count',
    FULL,
    /^producer: the lane dropped 1 samples, its series 0$/,
    WRITER,
    [COUNT_SERIES, '\n'],
  ),
  mutant('a dropped sample counted by its series last', FULL, /^a lost sample has no series$/, WRITER, [
    `${COUNT_SERIES}${STORED_LAST}    ${COUNT_LANE}`,
    COUNT_LANE + COUNT_SERIES,
  ]),
  mutant('the read index stored plainly', CLOSE, /^write of lane\.readIndex races with/, READER, [
    'Atomics.store(this.#lane.words, LaneWord.readIndex, this.#readIndex)',
    'this.#lane.words[LaneWord.readIndex] = this.#readIndex',
  ]),
  mutant(
    'nobody woken by a lane that fills up',
    CLOSE,
    /^a lane that is half full has woken nobody$/,
    WRITER,
    ['if (isRunning) wakeAggregator(this.#control)', 'void isRunning'],
  ),
  mutant(
    'a successor that begins at the write index',
    SECOND_READER,
    /^of 1 published samples 0 were read$/,
    READER,
    [
      'this.#readIndex = Atomics.load(this.#lane.words, LaneWord.readIndex)',
      'this.#readIndex = Atomics.load(this.#lane.words, LaneWord.writeIndex)',
    ],
  ),
  mutant(
    'an entry published before it is written',
    REGISTRATION,
    /^read of directory byte \d+ races with/,
    DIRECTORY,
    [
      'this.words[firstWord + EntryWord.length] = entryBytes\n',
      'Atomics.store(this.words, PUBLISHED_WORD, start + entryBytes)\n    this.words[firstWord + EntryWord.length] = entryBytes\n',
    ],
  ),
  mutant(
    'the directory read before the write index',
    REGISTRATION,
    /^sample 2 is folded as 103\.5 of series 0/,
    READER,
    [`${LOAD_PUBLISHED}${READ_AFTER}    ${READ_NEW}`, `${READ_NEW}    ${LOAD_PUBLISHED}`],
  ),
]
