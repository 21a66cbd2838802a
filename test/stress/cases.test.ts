import { expect, test } from 'vitest'
import { LaneWord } from '../../src/shared/memory/lane-layout.ts'
import { createTask } from './case-memory.ts'
import { chooseCases, SAMPLES_MIN, type StressCase, totalSamplesOf } from './cases.ts'

type Dimension = 'threadCount' | 'capacity' | 'pace' | 'boundary' | 'publishEvery'
const SIZES: Record<Dimension, number> = {
  threadCount: 3,
  capacity: 7,
  pace: 3,
  boundary: 3,
  publishEvery: 2,
}
const DIMENSIONS = Object.keys(SIZES) as Dimension[]

const undisturbed = (sampleCount: number) =>
  chooseCases(sampleCount).filter(({ incident }) => incident === 'none')

const countOf = (cases: readonly StressCase[], read: (one: StressCase) => unknown) =>
  new Set(cases.map(read)).size

test('with 10^8 samples all combinations are run, each under a name of its own', () => {
  const cases = undisturbed(1e8)
  expect(cases).toHaveLength(Object.values(SIZES).reduce((product, size) => product * size, 1))
  expect(countOf(chooseCases(1e8), ({ name }) => name)).toBe(chooseCases(1e8).length)
})

test('with 10^7 samples every pair of settings meets', () => {
  const cases = undisturbed(1e7)
  for (const first of DIMENSIONS) {
    for (const second of DIMENSIONS.slice(DIMENSIONS.indexOf(first) + 1)) {
      const pairCount = countOf(cases, one => `${one[first]} ${one[second]}`)
      expect(pairCount, `${first} and ${second}`).toBe(SIZES[first] * SIZES[second])
    }
  }
})

test.each([1e7, 1e8])(
  'with %d samples readers are replaced, producers terminated, and samples folded',
  count => {
    const cases = chooseCases(count)
    expect(cases.filter(({ incident }) => incident === 'restart')).toHaveLength(9)
    expect(cases.filter(({ incident }) => incident === 'terminate')).toHaveLength(9)
    const folding = cases.filter(({ isFolding }) => isFolding)
    expect(folding.length).toBeGreaterThanOrEqual(10)
    expect(countOf(folding, ({ pace }) => pace)).toBe(3)
    expect(countOf(folding, ({ threadCount }) => threadCount)).toBe(3)
  },
)

test.each([SAMPLES_MIN, 2e5, 1e6, 1e7, 1e8, 1e9, 1e10])('%d samples are shared out', count => {
  const cases = chooseCases(count)
  const total = cases.reduce((sum, stressCase) => sum + totalSamplesOf(stressCase), 0)
  expect(Math.abs(total / count - 1)).toBeLessThan(0.01)
  for (const { sampleCount, capacity } of cases) {
    expect(sampleCount).toBeGreaterThanOrEqual(4 * capacity)
    expect(sampleCount).toBeLessThan(2 ** 31)
  }
})

test('lanes start so shortly before their boundary that filling them once crosses it', () => {
  for (const stressCase of chooseCases(1e7)) {
    const { memory } = createTask(stressCase, 1, 'production')
    for (const { lane } of memory.lanes) {
      const distance = (stressCase.boundary - new Int32Array(lane)[LaneWord.writeIndex]!) | 0
      expect(distance).toBeGreaterThanOrEqual(stressCase.boundary === 0 ? 0 : 1)
      expect(distance).toBeLessThanOrEqual(stressCase.capacity)
    }
  }
})
