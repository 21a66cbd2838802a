import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, expect, test } from 'vitest'
import { AllocationMeter, growthBytes } from '../../../bench/allocation-meter.ts'

const KEPT_COUNT = 1_000
const kept: object[] = Array.from({ length: KEPT_COUNT }, () => ({}))

beforeAll(() => {
  setFlagsFromString('--expose-gc')
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction
})

test('objects that are made are seen, and nothing where none are made', async () => {
  const meter = new AllocationMeter()
  const objects = {
    name: 'objects',
    operationCount: KEPT_COUNT,
    run() {
      for (let index = 0; index < KEPT_COUNT; index += 1) kept[index] = { index }
      return kept
    },
  }
  const nothing = { name: 'nothing', operationCount: 1_000_000, run: () => 0 }
  expect(await meter.measure(objects)).toBeGreaterThanOrEqual(16)
  expect(await meter.measure(nothing)).toBeCloseTo(0, 5)
})

test('what a collection fell into says nothing', async () => {
  expect(growthBytes(() => globalThis.gc!())).toBeUndefined()
  const collecting = { name: 'collecting', operationCount: 1, run: () => globalThis.gc!() }
  await expect(new AllocationMeter().measure(collecting)).rejects.toThrow('collecting: there was a garbage')
})
