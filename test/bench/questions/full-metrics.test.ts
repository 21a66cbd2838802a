import { expect, test } from 'vitest'
import {
  createMetrics,
  METRIC_COUNT,
  sampleCountOf,
  WINDOW_CAPACITY,
  windowBytes,
} from '../../../bench/setup/full-metrics.ts'

test('full metrics hold all samples, at ten bytes each', () => {
  const registry = createMetrics(WINDOW_CAPACITY)
  expect(sampleCountOf(registry)).toBe(METRIC_COUNT * WINDOW_CAPACITY)
  expect(windowBytes(registry)).toBe(METRIC_COUNT * WINDOW_CAPACITY * 10)
})

test('metrics without samples hold none', () => {
  const registry = createMetrics(0)
  expect(registry.metrics()).toHaveLength(METRIC_COUNT)
  expect(sampleCountOf(registry)).toBe(0)
  expect(windowBytes(registry)).toBe(0)
})
