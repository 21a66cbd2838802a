import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { resolveOptions } from '../../src/producer/options.ts'
import { BOARD_FIELDS, type BoardNumbers, BoardWriter, createBoard } from '../../src/shared/memory/board.ts'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import {
  createDirectory,
  DirectoryWriter,
  ENTRY_COUNTER_SEEN_DOUBLES,
  EntryWord,
  RETIRED_WORD,
} from '../../src/shared/memory/directory.ts'
import { EXEMPLAR_SLOTS, EXEMPLAR_WORDS, ExemplarWord } from '../../src/shared/memory/exemplar-layout.ts'
import { LaneTotal, LaneWord, SLOT_BYTES, SLOTS_OFFSET_DOUBLES } from '../../src/shared/memory/lane-layout.ts'
import { EntryDouble, STATE_HEADER_BYTES, StateWord } from '../../src/shared/memory/state-layout.ts'
import {
  COPY_TIME_WORD,
  COPY_WORDS,
  SummaryFigure,
  SummaryWord,
  TABLES,
} from '../../src/shared/memory/summary-layout.ts'
import { TOPICS } from '../../src/shared/topics.ts'
import { listFiles, readText } from './tree.ts'

const LAYOUT = readText('docs/memory-layout.md')
const README = readText('README.md')

test('the control block is documented as it is, word for word', () => {
  expect(offsetsIn('Control block')).toEqual(bytesOf('ControlWord', ControlWord, 4))
})

test('the lane is documented as it is, word for word', () => {
  expect(offsetsIn('Lane')).toEqual({
    ...bytesOf('LaneWord', LaneWord, 4),
    ...bytesOf('LaneTotal', LaneTotal, 8),
    SLOTS_OFFSET_DOUBLES: SLOTS_OFFSET_DOUBLES * 8,
  })
  expect(sizesIn('Lane')['SLOTS_OFFSET_DOUBLES']).toBe(SLOT_BYTES)
})

test('the summary is documented as it is, word for word', () => {
  expect(offsetsIn('Summary')).toEqual({
    ...bytesOf('SummaryWord', SummaryWord, 4),
    ...bytesOf('SummaryFigure', SummaryFigure, 8),
    COPY_TIME_WORD: COPY_TIME_WORD * 4,
  })
  expect(sizesIn('Summary')).toMatchObject({
    'SummaryWord.tables': TABLES * 4,
    'SummaryWord.copies': 2 * COPY_WORDS * 4,
  })
})

test('exemplars are documented as they are, word for word', () => {
  expect(offsetsIn('Exemplars')).toEqual(bytesOf('ExemplarWord', ExemplarWord, 4))
  const [, slots, bytes] = /([\d,]+) slots of (\d+) bytes/.exec(section(LAYOUT, 'Exemplars')) ?? []
  expect([slots, bytes]).toEqual([String(EXEMPLAR_SLOTS), String(EXEMPLAR_WORDS * 4)])
})

test('the directory is documented as it is, word for word', () => {
  const writer = new DirectoryWriter(createDirectory())
  const before = writer.words[0]
  const { firstWord } = writer.append({
    type: 'series',
    metricEntryId: 0,
    labelValues: ['x'],
    isOverflow: false,
  })
  const text = Buffer.from(writer.buffer.slice(0, 4_096)).indexOf('{')
  expect(before).toBe(firstWord * 4)
  expect(offsetsIn('Directory')).toEqual({
    PUBLISHED_WORD: 0,
    RETIRED_WORD: RETIRED_WORD * 4,
    HEADER_BYTES: firstWord * 4,
    ...bytesOf('EntryWord', EntryWord, 4),
    ENTRY_COUNTER_SEEN_DOUBLES: ENTRY_COUNTER_SEEN_DOUBLES * 8,
    ENTRY_HEADER_BYTES: text - firstWord * 4,
  })
})

test('the board is documented as it is, field for field', () => {
  const board = createBoard()
  const writer = new BoardWriter(board)
  const numbers = Object.fromEntries(BOARD_FIELDS.map((field, index) => [field, index + 1]))
  for (let slot = 0; slot < 2; slot++) writer.write(writer.allocate(), numbers as BoardNumbers)
  const words = new Int32Array(board)
  const doubles = new Float64Array(board)
  const slotBytes = sizesIn('Board')['SLOT_WORDS']!
  const { SLOT_WORDS: _, version, ...fields } = offsetsIn('Board')
  expect(Object.keys(fields)).toEqual([...BOARD_FIELDS])
  for (const start of [0, slotBytes]) {
    expect(words[(start + version!) / 4]).toBe(2)
    const read = Object.values(fields).map(offset => doubles[(start + offset) / 8])
    expect(read).toEqual(Object.values(numbers))
  }
})

test('the state memory is documented as it is, word for word', () => {
  expect(offsetsIn('State memory')).toEqual({
    ...bytesOf('StateWord', StateWord, 8),
    STATE_HEADER_BYTES,
    ...bytesOf('EntryDouble', EntryDouble, 8),
  })
})

test('the README names every option with its default', () => {
  const { service: _, ...defaults } = resolveOptions({ service: 'any' })
  const documented = Object.fromEntries(
    rowsOf(section(README, 'Options')).map(([name = '', value = '']) => [code(name), value]),
  )
  for (const [name, value] of Object.entries(defaults)) {
    const shown = typeof value === 'number' ? value.toLocaleString('en-US') : JSON.stringify(value)
    expect([name, documented[name]?.replaceAll('`', '').replaceAll("'", '"')]).toEqual([name, shown])
  }
})

test('the README names every topic of the bus', () => {
  expect(rowsOf(section(README, 'Topics')).map(([topic = '']) => code(topic))).toEqual([...TOPICS])
})

test('the README names every error code, and none that does not exist', () => {
  const codes = (text: string) => [...new Set(text.match(/OFFLOOP_[A-Z_]+/g))].sort()
  expect(codes(section(README, 'Errors'))).toEqual(codes(readText('src/shared/errors.ts')))
})

test('links between the documents lead somewhere', () => {
  const files = listFiles()
  const documents = files.filter(path => path.endsWith('.md'))
  const isThere = (path: string) => files.some(file => file === path || file.startsWith(`${path}/`))
  const broken = documents.flatMap(path =>
    [...readText(path).matchAll(/\]\((?!https?:)([^)\s#]*)#?([^)\s]*)\)/g)]
      .map(([, target = '', anchor]) => ({
        to: target ? posix.join(posix.dirname(path), target) : path,
        anchor,
      }))
      .filter(({ to, anchor }) => !isThere(to) || (anchor && !anchorsOf(readText(to)).includes(anchor)))
      .map(({ to, anchor }) => `${path} → ${to}#${anchor}`),
  )
  expect(broken).toEqual([])
})

/** Byte offset of each constant in the tables of a section. */
function offsetsIn(heading: string): Record<string, number> {
  return columnIn(heading, 0)
}

function sizesIn(heading: string): Record<string, number> {
  return columnIn(heading, 1)
}

function columnIn(heading: string, column: number): Record<string, number> {
  const rows = rowsOf(section(LAYOUT, heading)).filter(cells => cells.length === 6)
  return Object.fromEntries(rows.map(cells => [code(cells[4] ?? ''), Number(cells[column])]))
}

/** Cells of every table row, but for headings and rulers. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n')
  return lines
    .filter((line, index) => line.startsWith('|') && !isRuler(line) && !isRuler(lines[index + 1] ?? ''))
    .map(line =>
      line
        .slice(1, -1)
        .split('|')
        .map(cell => cell.trim()),
    )
}

function isRuler(line: string): boolean {
  return /^\|[-:| ]+\|$/.test(line)
}

/** What stands under a heading, up to the next of its rank or a higher one. */
function section(text: string, heading: string): string {
  const start = new RegExp(`^(#+) ${heading}$`, 'm').exec(text)
  expect(start, `a heading "${heading}"`).not.toBeNull()
  const rest = text.slice(start!.index + start![0].length)
  const end = rest.search(new RegExp(`^#{1,${start![1]!.length}} `, 'm'))
  return end < 0 ? rest : rest.slice(0, end)
}

function code(cell: string): string {
  return /`([^`]+)`/.exec(cell)?.[1] ?? ''
}

function bytesOf(
  name: string,
  words: Readonly<Record<string, number>>,
  wordBytes: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(words).map(([word, index]) => [`${name}.${word}`, index * wordBytes]),
  )
}

/** Anchors of a document's headings, as they are made on the web. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )
}
