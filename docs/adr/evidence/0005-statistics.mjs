/** What exact percentiles and folding cost. Reads the sources as they are, so it needs Node 22.18 or later:
 *  node docs/adr/evidence/0005-statistics.mjs */
import { createClock } from '../../../src/shared/clock.ts'
import { describeMetric } from '../../../src/shared/metric.ts'
import { CompensatedSum } from '../../../src/shared/statistics/compensated-sum.ts'
import { MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import { Series } from '../../../src/shared/statistics/series.ts'
import { TimeSlices } from '../../../src/shared/statistics/time-slices.ts'
import { Window } from '../../../src/shared/statistics/window.ts'
import { summarizeWindows } from '../../../src/shared/statistics/window-summary.ts'
import { compare } from './measure.mjs'

const SAMPLES = 10_000
const QUANTILES = [0.5, 0.95, 0.99]
const clock = createClock()

/** Latencies as services have them: log-normal, with a median of 20 ms. The same in every run. */
let seed = 1
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return (seed + 1) / 4_294_967_297
}
const latencies = Float64Array.from({ length: SAMPLES }, () => {
  const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  return 20 * Math.exp(0.5 * normal)
})

const window = new Window({ capacity: SAMPLES })
for (const latency of latencies) window.push(latency)

console.log(`p50, p95, p99, min, max and sum of ${SAMPLES} samples: nanoseconds each time`)
compare(
  {
    'window: log-buckets, then selection': times(() => summarizeWindows([window], QUANTILES)),
    'quickselect on a copy (percentiles alone)': times(() => {
      const values = latencies.slice()
      return QUANTILES.map(q => quickselect(values, Math.ceil(q * SAMPLES) - 1))
    }),
    'sort of a copy (percentiles alone)': times(() => {
      const values = latencies.slice().sort()
      return QUANTILES.map(q => values[Math.ceil(q * SAMPLES) - 1])
    }),
  },
  100,
)

console.log('\nfolding into window, time slices and sum: nanoseconds a sample')
const descriptor = describeMetric('latency', 'latency')
const series = new Series(descriptor, {}, { clock, windowCapacity: SAMPLES })
const slices = new TimeSlices(clock)
const sum = new CompensatedSum()
compare(
  {
    'in batches of 128': count => {
      for (let i = 0; i < count; i++) series.record(latencies[i % SAMPLES], 0)
    },
    'one by one': count => {
      for (let i = 0; i < count; i++) {
        const latency = latencies[i % SAMPLES]
        window.push(latency)
        slices.add(latency, 0)
        sum.add(latency)
      }
    },
  },
  1_000_000,
)

const registry = new MetricRegistry({ windowCapacity: SAMPLES })
const metrics = Array.from({ length: 20 }, (_, index) =>
  registry.register({ kind: 'latency', name: `latency_${index}` }),
)
for (const metric of metrics) {
  metric.series([])
  for (const latency of latencies) registry.record(metric.descriptor.name, latency)
}
const bytes = metrics.reduce((sum, metric) => sum + metric.bytes, 0)
console.log(`\n${metrics.length} latencies with ${SAMPLES} samples each: ${(bytes / 1e6).toFixed(2)} MB`)

function times(work) {
  return count => {
    for (let i = 0; i < count; i++) work()
  }
}

/** Hoare's selection, median of three. */
function quickselect(values, rank) {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const [a, b, c] = [values[low], values[(low + high) >> 1], values[high]]
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
    let left = low
    let right = high
    while (left <= right) {
      while (values[left] < pivot) left++
      while (values[right] > pivot) right--
      if (left > right) break
      const value = values[left]
      values[left++] = values[right]
      values[right--] = value
    }
    if (rank <= right) high = right
    else if (rank >= left) low = left
    else return values[rank]
  }
  return values[rank]
}
