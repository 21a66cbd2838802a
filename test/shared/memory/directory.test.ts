import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createDirectory,
  DIRECTORY_BYTES_MAX,
  DirectoryReader,
  DirectoryWriter,
  ENTRY_COUNTER_SEEN_DOUBLES,
  EntryWord,
} from '../../../src/shared/memory/directory.ts'
import type { DirectoryEntry } from '../../../src/shared/memory/directory-entry.ts'
import { describeMetric } from '../../../src/shared/metric.ts'

/** Any 16 bits, lone surrogates included. */
const codeUnit = fc.nat(0xffff).map(code => String.fromCharCode(code))

const metric: DirectoryEntry = {
  type: 'metric',
  descriptor: describeMetric('counter', 'hits', { labelNames: ['a'] }),
}

function seriesOf(...labelValues: string[]): DirectoryEntry {
  return { type: 'series', metricEntryId: 0, labelValues, isOverflow: false }
}

function createBoth() {
  const writer = new DirectoryWriter(createDirectory())
  const reader = new DirectoryReader(writer.buffer)
  const readNew = () => {
    const seen: [DirectoryEntry, number][] = []
    let isAll = false
    while (!isAll) isAll = reader.readNew((entry, firstWord) => seen.push([entry, firstWord]))
    return seen
  }
  return { writer, reader, readNew }
}

test('every entry is read once, in order, at the words its writer knows it by', () => {
  const { writer, readNew } = createBoth()
  const first = writer.append(metric)
  const second = writer.append(seriesOf('x'))
  expect([first.entryId, second.entryId]).toEqual([0, 1])
  expect(readNew()).toEqual([
    [metric, first.firstWord],
    [seriesOf('x'), second.firstWord],
  ])
  expect(readNew()).toEqual([])
  const third = writer.append(seriesOf('y'))
  expect(readNew()).toEqual([[seriesOf('y'), third.firstWord]])
})

test('whatever is appended is read, however long, in whatever script, and however often the memory grows', () => {
  const value = fc.oneof(
    fc.string({ unit: codeUnit, maxLength: 50 }),
    fc.constantFrom('', 'ä', '日本語', '👩‍👩‍👧', '\0', '\ud800', '"\\'),
    fc.constantFrom('x', '日', '👍').chain(text => fc.nat(30_000).map(length => text.repeat(length))),
  )
  const batches = fc.array(fc.array(fc.array(value, { maxLength: 3 }), { maxLength: 6 }), { maxLength: 6 })
  fc.assert(
    fc.property(batches, sets => {
      const { writer, readNew } = createBoth()
      for (const batch of sets) {
        const appended = batch.map(values => {
          const { firstWord } = writer.append(seriesOf(...values))
          return [seriesOf(...values), firstWord]
        })
        expect(readNew()).toEqual(appended)
      }
    }),
    { numRuns: 40 },
  )
})

test('an entry is not seen before it is published, however much of it is written already', () => {
  const { writer, readNew } = createBoth()
  writer.append(metric)
  const published = Atomics.load(writer.words, 0)
  writer.append(seriesOf('x'))
  const isLater = Atomics.exchange(writer.words, 0, published)
  expect(readNew()).toHaveLength(1)
  Atomics.store(writer.words, 0, isLater)
  expect(readNew()).toEqual([[seriesOf('x'), expect.any(Number)]])
})

test('a reader that comes late, after the memory has grown, reads from the beginning', () => {
  const writer = new DirectoryWriter(createDirectory())
  const early = new DirectoryReader(writer.buffer)
  for (let index = 0; index < 2_000; index++) writer.append(seriesOf(`${index} ${'x'.repeat(100)}`))
  expect(writer.buffer.byteLength).toBeGreaterThan(2 * 65_536)
  for (const reader of [early, new DirectoryReader(writer.buffer)]) {
    let count = 0
    reader.readNew(entry => expect(entry).toEqual(seriesOf(`${count++} ${'x'.repeat(100)}`)))
    expect(count).toBe(2_000)
  }
})

test('the words of an entry overlap neither its text nor the next entry, nor the double beside them', () => {
  const { writer, reader, readNew } = createBoth()
  const { firstWord } = writer.append(seriesOf('x'))
  const next = writer.append(seriesOf('y'))
  for (const [name, word] of Object.entries(EntryWord)) {
    if (name !== 'length' && name !== 'textLength') writer.words[firstWord + word] = 0xffff_ffff
  }
  reader.doubles[firstWord / 2 + ENTRY_COUNTER_SEEN_DOUBLES] = 1.5
  expect(readNew()).toEqual([
    [seriesOf('x'), firstWord],
    [seriesOf('y'), next.firstWord],
  ])
  expect(writer.words[firstWord + EntryWord.droppedSeen]).toBe(0xffff_ffff)
})

test('drops are counted for the entry they belong to, before and after the memory has grown', () => {
  const { writer } = createBoth()
  const entries = Array.from({ length: 3_000 }, (_, index) => writer.append(seriesOf(String(index))))
  writer.countDropped(0)
  writer.countDropped(2_999)
  writer.countDropped(2_999)
  const counted = entries.map(({ firstWord }) => writer.words[firstWord + EntryWord.dropped])
  expect([counted[0], counted[1], counted[2_999]]).toEqual([1, 0, 2])
})

describe('a full directory', () => {
  test('refuses the entry with advice, keeps what it has, and still takes what fits', () => {
    const { writer, readNew } = createBoth()
    const large = seriesOf('x'.repeat(2 ** 18 - 1_024))
    let count = 0
    const fill = () => {
      for (; count < 1_000; count++) writer.append(large)
    }
    expect(fill).toThrow(
      expect.objectContaining({
        code: 'OFFLOOP_DIRECTORY_FULL',
        message: expect.stringMatching(/got 256\).*fewer label values, or a lower maxSeriesPerMetric/),
      }),
    )
    expect(count).toBe(256)
    expect(writer.buffer.byteLength).toBeLessThanOrEqual(DIRECTORY_BYTES_MAX)
    expect(writer.append(seriesOf('small')).entryId).toBe(256)
    const read = readNew()
    expect(read).toHaveLength(257)
    expect(read.at(-1)?.[0]).toEqual(seriesOf('small'))
  })
})

describe('after detaching', () => {
  test('what counters are given is counted, and the shared memory stays as it was', () => {
    const { writer } = createBoth()
    const [a, b] = [writer.append(seriesOf('a')), writer.append(seriesOf('b'))]
    const shared = writer.words
    shared[a.firstWord + EntryWord.counterLow] = 10
    const countSince = writer.detach()
    expect(countSince()).toBe(0)
    writer.words[a.firstWord + EntryWord.counterLow]! += 5
    writer.words[b.firstWord + EntryWord.counterLow]! += 7
    writer.countDropped(0)
    expect(countSince()).toBe(12)
    expect([shared[a.firstWord + EntryWord.counterLow], shared[a.firstWord + EntryWord.dropped]]).toEqual([
      10, 0,
    ])
  })

  test('a counter that wraps is still counted', () => {
    const { writer } = createBoth()
    const { firstWord } = writer.append(seriesOf('a'))
    writer.words[firstWord + EntryWord.counterLow] = 0xffff_fffe
    const countSince = writer.detach()
    writer.words[firstWord + EntryWord.counterLow] = 3
    expect(countSince()).toBe(5)
  })

  test('entries are appended to nobody: readers see none, the shared memory does not grow, and they count', () => {
    const { writer, readNew } = createBoth()
    writer.append(metric)
    const { byteLength } = writer.buffer
    const countSince = writer.detach()
    for (let index = 0; index < 3_000; index++) {
      const { firstWord, entryId } = writer.append(seriesOf(String(index)))
      expect(entryId).toBe(index + 1)
      writer.words[firstWord + EntryWord.counterLow]! += 2
    }
    expect(countSince()).toBe(6_000)
    expect(writer.buffer.byteLength).toBe(byteLength)
    expect(readNew()).toEqual([[metric, expect.any(Number)]])
  })
})

describe('a directory whose memory makes no sense is refused, not followed', () => {
  test.each<[string, (words: Uint32Array, firstWord: number) => void]>([
    [
      'is longer than its memory',
      words => {
        words[0] = 2 ** 31
      },
    ],
    [
      'has an entry of no length',
      (words, firstWord) => {
        words[firstWord + EntryWord.length] = 0
      },
    ],
    [
      'has an entry beyond its end',
      (words, firstWord) => {
        words[firstWord + EntryWord.length] = 4_096
      },
    ],
    [
      'has a text beyond its end',
      (words, firstWord) => {
        words[firstWord + EntryWord.textLength] = 2 ** 31
      },
    ],
    [
      'has a text that is no JSON',
      (words, firstWord) => {
        words[firstWord + EntryWord.textLength] = 3
      },
    ],
  ])('one that %s', (_, damage) => {
    const { writer, readNew } = createBoth()
    const { firstWord } = writer.append(metric)
    damage(writer.words, firstWord)
    expect(readNew).toThrow()
  })
})
