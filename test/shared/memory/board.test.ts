import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  BOARD_FIELDS,
  type BoardNumbers,
  BoardReader,
  BoardWriter,
  createBoard,
} from '../../../src/shared/memory/board.ts'

/** Where a slot keeps its version, as the layout's table says. */
const SLOT_WORDS = 32

afterEach(() => {
  vi.restoreAllMocks()
})

function createBoth() {
  const buffer = createBoard()
  return {
    buffer,
    words: new Int32Array(buffer),
    writer: new BoardWriter(buffer),
    reader: new BoardReader(buffer),
  }
}

function numbersOf(first: number): BoardNumbers {
  return Object.fromEntries(BOARD_FIELDS.map((field, index) => [field, first + index])) as BoardNumbers
}

function read(reader: BoardReader, slot: number): number[] | undefined {
  const fields = reader.read(slot)
  return fields && [...fields]
}

test('what is written is read bit for bit, NaN, infinities and negative zero included', () => {
  const { writer, reader } = createBoth()
  const slot = writer.allocate()
  fc.assert(
    fc.property(
      fc.array(fc.double(), { minLength: BOARD_FIELDS.length, maxLength: BOARD_FIELDS.length }),
      values => {
        writer.write(
          slot,
          Object.fromEntries(BOARD_FIELDS.map((field, index) => [field, values[index]])) as BoardNumbers,
        )
        expect(read(reader, slot)).toEqual(values)
      },
    ),
  )
})

test('a slot that was never written has nothing, nor has one that was never allocated', () => {
  const { writer, reader } = createBoth()
  expect([read(reader, writer.allocate()), read(reader, 200), read(reader, 499_999)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('slots do not touch each other', () => {
  const { writer, reader } = createBoth()
  const slots = Array.from({ length: 256 }, () => writer.allocate())
  for (const slot of slots) writer.write(slot, numbersOf(slot * 100))
  expect(slots.map(slot => read(reader, slot)?.[0])).toEqual(slots.map(slot => slot * 100))
})

test('the board grows under readers that opened it small', () => {
  const { buffer, writer, reader } = createBoth()
  const smallBytes = buffer.byteLength
  const slots = Array.from({ length: 3_000 }, () => writer.allocate())
  expect(buffer.byteLength).toBeGreaterThan(smallBytes)
  for (const slot of slots) writer.write(slot, numbersOf(slot))
  expect(slots.every(slot => read(reader, slot)?.[0] === slot)).toBe(true)
  expect(new Set(slots).size).toBe(slots.length)
})

test('a full board gives no more slots, and stays as it is', () => {
  const { writer } = createBoth()
  let slotCount = 0
  while (writer.allocate() === slotCount) slotCount++
  expect(slotCount).toBe(500_000)
  expect([writer.allocate(), writer.allocate()]).toEqual([-1, -1])
})

describe('a reader never returns a half-written slot', () => {
  test('while it is being written', () => {
    const { words, writer, reader } = createBoth()
    const slot = writer.allocate()
    writer.write(slot, numbersOf(1))
    words[slot * SLOT_WORDS]!++
    expect(read(reader, slot)).toBeUndefined()
    words[slot * SLOT_WORDS]!++
    expect(read(reader, slot)).toEqual(Object.values(numbersOf(1)))
  })

  test('when the writer comes in between, at whichever word: it reads again', () => {
    for (let interruptAt = 1; interruptAt <= 2 + BOARD_FIELDS.length * 2; interruptAt++) {
      const { writer, reader } = createBoth()
      const slot = writer.allocate()
      writer.write(slot, numbersOf(1))
      const load = Atomics.load
      let loads = 0
      vi.spyOn(Atomics, 'load').mockImplementation(((array: Int32Array, index: number) => {
        loads++
        if (loads === interruptAt) {
          vi.restoreAllMocks()
          writer.write(slot, numbersOf(1_000))
        }
        return load(array, index)
      }) as never)
      expect([Object.values(numbersOf(1)), Object.values(numbersOf(1_000))]).toContainEqual(
        read(reader, slot),
      )
      vi.restoreAllMocks()
    }
  })

  test('when the writer stops in the middle, at whichever word: it gives up', () => {
    for (let stopAt = 0; stopAt < BOARD_FIELDS.length * 2; stopAt++) {
      const { writer, reader } = createBoth()
      const slot = writer.allocate()
      writer.write(slot, numbersOf(1))
      const store = Atomics.store
      let stores = 0
      vi.spyOn(Atomics, 'store').mockImplementation(((array: Int32Array, index: number, value: number) => {
        if (stores++ > stopAt) throw new Error('terminated')
        return store(array, index, value)
      }) as never)
      expect(() => writer.write(slot, numbersOf(1_000))).toThrow('terminated')
      vi.restoreAllMocks()
      expect(read(reader, slot)).toBeUndefined()
    }
  })
})

test('a reader gives up after a bounded number of attempts, though the slot changes for ever', () => {
  const { writer, reader } = createBoth()
  const slot = writer.allocate()
  writer.write(slot, numbersOf(1))
  const load = Atomics.load
  let loads = 0
  vi.spyOn(Atomics, 'load').mockImplementation(((array: Int32Array, index: number) => {
    loads++
    const isVersion = index === slot * SLOT_WORDS
    if (isVersion) array[index]! += 2
    return load(array, index)
  }) as never)
  expect(read(reader, slot)).toBeUndefined()
  expect(loads).toBeLessThan(100 * (BOARD_FIELDS.length * 2 + 2) + 1)
})

test('versions run over 2^31 without the slot being taken for half-written', () => {
  const { words, writer, reader } = createBoth()
  const slot = writer.allocate()
  words[slot * SLOT_WORDS] = 2 ** 31 - 4
  for (let count = 0; count < 4; count++) {
    writer.write(slot, numbersOf(count))
    expect(read(reader, slot)?.[0]).toBe(count)
  }
})
