import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SampleBatch } from '../../../src/shared/statistics/sample-batch.ts'
import { Window } from '../../../src/shared/statistics/window.ts'
import { summarizeWindows } from '../../../src/shared/statistics/window-summary.ts'

function contentOf(window: Window): number[] {
  return window.chunks.flatMap(({ values, size }) => [...values.subarray(0, size)]).sort((a, b) => a - b)
}

function fillWindow(window: Window, count: number): Window {
  for (let index = 0; index < count; index += 1) window.push(index)
  return window
}

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 10_000_001, '10' as never, null as never])(
  'a capacity that is no whole number in range is refused: %s',
  capacity => {
    expect(() => new Window({ capacity })).toThrow(expect.objectContaining({ code: 'OFFLOOP_WINDOW_SIZE' }))
  },
)

test('the capacity is 10,000 unless another is asked for', () => {
  expect(new Window().capacity).toBe(10_000)
  expect(new Window({ capacity: 10_000_000 }).bytes).toBe(0)
})

test.each([1, 2, 1_023, 1_024, 1_025, 2_048, 2_500])(
  'a window of %i holds exactly the last values, and counts what left',
  capacity => {
    const window = new Window({ capacity })
    for (let count = 1; count <= capacity * 2 + 3; count += 1) {
      window.push(count)
      if (count % 401 !== 0 && count < capacity * 2) continue
      expect(window.size).toBe(Math.min(count, capacity))
      expect(window.evicted).toBe(count - window.size)
      const content = contentOf(window)
      expect(content).toHaveLength(window.size)
      expect(content.every((value, index) => value === count - window.size + 1 + index)).toBe(true)
    }
  },
)

test('batches of any sizes leave the same window as single values', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3_000 }),
      fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 }),
      (capacity, batchSizes) => {
        const single = new Window({ capacity })
        const batched = new Window({ capacity })
        const batch = new SampleBatch(700)
        let value = 0
        for (const size of batchSizes) {
          for (let index = 0; index < size; index += 1) {
            value += 1
            batch.values[index] = value
            single.push(value)
          }
          batched.pushBatch(batch, size)
        }
        expect(contentOf(batched)).toEqual(contentOf(single))
        expect(batched.evicted).toBe(single.evicted)
        expect(batched.size).toBe(single.size)
      },
    ),
    { numRuns: 40 },
  )
})

test('memory follows use: nothing before the first sample, half for half full, and no more once full', () => {
  const window = new Window({ capacity: 10_000 })
  expect(window.bytes).toBe(0)
  let size = 0
  for (const capacity of [32, 64, 128, 256, 512, 1_024]) {
    for (; size < capacity; size += 1) window.push(size)
    expect(window.bytes).toBe(10 * capacity)
  }
  expect(summarizeWindows([window], [0, 0.5, 1])).toMatchObject({ count: 1_024, quantiles: [0, 511, 1_023] })
  fillWindow(window, 5_000 - size)
  const halfBytes = window.bytes
  fillWindow(window, 5_000)
  const fullBytes = window.bytes
  expect(halfBytes / fullBytes).toBeGreaterThan(0.4)
  expect(halfBytes / fullBytes).toBeLessThan(0.6)
  fillWindow(window, 25_000)
  expect(window.bytes).toBe(fullBytes)
})

test('20 full windows of 10,000 samples stay under 3 MB, however far apart the values lie', () => {
  const windows = Array.from({ length: 20 }, () => new Window({ capacity: 10_000 }))
  for (const window of windows) {
    for (let index = 0; index < 10_000; index += 1) window.push(2 ** ((index % 2_000) - 1_000))
  }
  expect(windows.reduce((bytes, window) => bytes + window.bytes, 0)).toBeLessThanOrEqual(3 * 1024 * 1024)
})

test('a small window takes no more than its samples need', () => {
  expect(fillWindow(new Window({ capacity: 10 }), 100).bytes).toBe(100)
})

test('what left the window no longer counts: a sum asked for between pushes is always that of the content', () => {
  const window = new Window({ capacity: 1_500 })
  for (let index = 1; index <= 4_000; index += 1) {
    window.push(index)
    if (index % 97 !== 0) continue
    const first = Math.max(1, index - 1_499)
    expect(summarizeWindows([window], []).sum).toBe(((first + index) * (index - first + 1)) / 2)
  }
})

test.each([1, 5, 1_024, 2_500])('the latest values of a window of %i are those pushed last', capacity => {
  const window = new Window({ capacity })
  expect([...window.latest(3)]).toEqual([])
  for (let count = 1; count <= capacity * 2 + 3; count += 1) {
    window.push(count)
    if (count % 97 !== 0 && count < capacity * 2) continue
    for (const wanted of [1, 2, 40, capacity, capacity + 1]) {
      const latest = [...window.latest(wanted)].sort((a, b) => b - a)
      const known = Math.min(wanted, window.size)
      expect(latest).toEqual(Array.from({ length: known }, (_, index) => count - index))
    }
  }
})
