// Prints how many bytes of heap one call of the operation named as argument leaves behind. Run with --expose-gc and a young
// generation so large that nothing is collected while it measures.
import { createTelemetry } from 'offloop'
import { Counter, Gauge, Histogram, useTelemetry } from 'offloop/prom-client'

const CALLS = 1_000_000
const ROUNDS_MAX = process.argv[2] === 'an object' ? 2 : 30

const telemetry = createTelemetry({ service: 'allocation', log: false })
useTelemetry(telemetry)
const labelNames = ['method', 'code']
const counter = new Counter({ name: 'hits', help: 'h', labelNames })
const gauge = new Gauge({ name: 'level', help: 'l' })
const histogram = new Histogram({ name: 'size', help: 's', labelNames })
const labels = [
  { method: 'GET', code: 200 },
  { method: 'PUT', code: '404' },
]
const bound = counter.labels('GET', '200')
const boundHistogram = histogram.labels(labels[0])

const operations = {
  // Shows that the measurement sees what it looks for.
  'an object': index => counter.inc({ method: 'GET', code: index & 1 }),
  'counter.inc(labels)': index => counter.inc(labels[index & 1]),
  'bound.inc()': () => bound.inc(),
  'gauge.set(value)': index => gauge.set(index),
  'histogram.observe(labels, value)': index => histogram.observe(labels[index & 1], index & 7),
  'bound.observe(value)': index => boundHistogram.observe(index & 7),
}

const operation = operations[process.argv[2]]
const loop = new Function('operation', 'calls', 'for (let i = 0; i < calls; i++) operation(i)')
await telemetry.ready
let least = Number.POSITIVE_INFINITY
for (let round = 0; round < ROUNDS_MAX && least >= 1; round++) {
  loop(operation, CALLS / 10)
  await new Promise(resolve => setTimeout(resolve, round))
  globalThis.gc()
  const before = process.memoryUsage().heapUsed
  loop(operation, CALLS)
  least = Math.min(least, (process.memoryUsage().heapUsed - before) / CALLS)
}
await telemetry.close()
console.log(least)
