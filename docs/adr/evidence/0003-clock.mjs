/** What a reading of each monotonic clock costs, and what it allocates: node docs/adr/evidence/0003-clock.mjs */
import { performance } from 'node:perf_hooks'
import { compare } from './measure.mjs'

const PAIRS = 200_000
const hrtimeBigint = process.hrtime.bigint
const startsNs = new BigInt64Array(1)
const elapsedNs = new BigInt64Array(1)
const elapsedWords = new Uint32Array(elapsedNs.buffer)
const sink = new Float64Array(1)

/** Each begins and ends a measurement `count` times. */
const cases = {
  'hrtime.bigint, two bare readings into a BigInt64Array': count => {
    for (let i = 0; i < count; i++) {
      startsNs[0] = hrtimeBigint()
      elapsedNs[0] = hrtimeBigint()
    }
  },
  'hrtime.bigint, difference taken inside BigInt64Arrays': count => {
    for (let i = 0; i < count; i++) {
      startsNs[0] = hrtimeBigint()
      elapsedNs[0] = hrtimeBigint()
      elapsedNs[0] = BigInt.asIntN(64, elapsedNs[0] - startsNs[0])
      sink[0] += elapsedWords[0] + elapsedWords[1] * 4_294_967_296
    }
  },
  'hrtime.bigint, difference of two variables': count => {
    for (let i = 0; i < count; i++) {
      const startNs = hrtimeBigint()
      sink[0] += Number(hrtimeBigint() - startNs)
    }
  },
  'hrtime(), difference of two variables': count => {
    for (let i = 0; i < count; i++) {
      const start = process.hrtime()
      const end = process.hrtime()
      sink[0] += (end[0] - start[0]) * 1e9 + end[1] - start[1]
    }
  },
  'performance.now, difference of two variables': count => {
    for (let i = 0; i < count; i++) {
      const startMs = performance.now()
      sink[0] += performance.now() - startMs
    }
  },
}

compare(cases, PAIRS)

console.log('\nbytes of heap a pair takes, median of 21 runs')
for (const [name, run] of Object.entries(cases)) {
  const pairBytes = Array.from({ length: 21 }, () => {
    const beforeBytes = process.memoryUsage().heapUsed
    run(PAIRS / 100)
    return (process.memoryUsage().heapUsed - beforeBytes) / (PAIRS / 100)
  })
  const median = pairBytes.sort((a, b) => a - b)[10]
  console.log(`${name.padEnd(58)} ${median.toFixed(1).padStart(9)}`)
}
