/** What metrics take on the aggregator: its registry on this thread, empty, half full and full. */
import type { Clock } from '../../../src/shared/clock.ts'
import { MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import type { Series } from '../../../src/shared/statistics/series.ts'
import { bytesOf, growthBytes, readThreadMemory } from './heap-reading.ts'
import { METRIC_NAMES, SAMPLE_COUNT, VALUES } from './workload.ts'

export interface RegistryMemory {
  /** Heap and ArrayBuffers of all metrics, registered and without a sample. */
  readonly emptyBytes: number
  readonly halfFullBytes: number
  readonly fullBytes: number
  /** Full, and filled within a second, as live telemetry is: with a slice of time or two. */
  readonly momentBytes: number
  /** What the registry itself counts when full: samples, counts and slices. */
  readonly countedBytes: number
  /** Heap and ArrayBuffers of each metric, filled one after the other. */
  readonly perMetricBytes: readonly number[]
  readonly sampleCount: number
}

/** Between two samples of a series. A window is full after an hour: as long as slices of time are kept, so that there
 *  are as many of them as there can be. */
const STEP_MS = 3_600_000 / SAMPLE_COUNT
const MOMENT_STEP_MS = 1_000 / SAMPLE_COUNT

export function measureRegistry(): RegistryMemory {
  warmUp()
  const before = readThreadMemory()
  const registry = createRegistry()
  const empty = readThreadMemory()
  fill(registry, registry.allSeries, SAMPLE_COUNT / 2)
  const halfFull = readThreadMemory()
  fill(registry, registry.allSeries, SAMPLE_COUNT / 2)
  const full = readThreadMemory()
  const momentBytes = bytesOf(() => {
    const moment = createRegistry()
    fill(moment, moment.allSeries, SAMPLE_COUNT, MOMENT_STEP_MS)
    return moment
  })
  const metrics = registry.registry.metrics()
  return {
    emptyBytes: growthBytes(before, empty),
    halfFullBytes: growthBytes(before, halfFull),
    fullBytes: growthBytes(before, full),
    momentBytes,
    countedBytes: metrics.reduce((bytes, metric) => bytes + metric.bytes, 0),
    perMetricBytes: fillEach(createRegistry()),
    sampleCount: registry.allSeries.reduce((count, { window }) => count + (window?.size ?? 0), 0),
  }
}

/** What is compiled on the way is not what metrics take. A function of its own: what its frame refers to, the caller's
 *  does not keep. */
function warmUp(): void {
  fillEach(createRegistry())
}

interface TimedRegistry {
  readonly registry: MetricRegistry
  readonly allSeries: readonly Series[]
  /** Time goes on with each sample. */
  readonly time: { nowMs: number }
}

function createRegistry(): TimedRegistry {
  const time = { nowMs: 0 }
  const clock: Clock = { originEpochMs: 0, nowMs: () => time.nowMs }
  const registry = new MetricRegistry({ clock, windowCapacity: SAMPLE_COUNT })
  const allSeries = METRIC_NAMES.map(name => registry.register({ kind: 'latency', name }).series([]))
  return { registry, allSeries, time }
}

function fill(
  { time }: TimedRegistry,
  allSeries: readonly Series[],
  sampleCount: number,
  stepMs = STEP_MS,
): void {
  for (let index = 0; index < sampleCount; index += 1) {
    for (const series of allSeries) series.record(VALUES[index]!, time.nowMs >>> 0)
    time.nowMs += stepMs
  }
}

/** @returns what each took */
function fillEach(registry: TimedRegistry): number[] {
  return registry.allSeries.map(series => {
    const before = readThreadMemory()
    fill(registry, [series], SAMPLE_COUNT)
    return growthBytes(before, readThreadMemory())
  })
}
