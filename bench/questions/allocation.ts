/** How much garbage does a call leave behind? */
import type { Candidate, Question, Row } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../setup/live-telemetry.ts'

/** Before each measurement: until what is called is optimised, its numbers may be objects. */
const WARM_UP_MS = 100
/** What else goes on in a process now and then only adds, so the least of some runs is what the call itself takes. */
const RUNS = 5

const values = lognormalValues(INPUT_COUNT)

export const allocation: Question = {
  name: 'allocation',
  asks: 'how many bytes of heap does a call leave behind?',
  // A young generation so large that nothing is collected while a run is measured.
  execArgv: ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'],
  async answer(context) {
    const telemetry = await startTelemetry()
    const latency = telemetry.latency('latency')
    const level = telemetry.gauge('level')
    const hits = telemetry.counter('hits')
    const candidate = (name: string, run: () => unknown): Candidate => ({
      name,
      operationCount: RECORDS_PER_RUN,
      prepare: () => telemetry.flush(),
      run,
    })
    let hitCount = 0
    const offloop = [
      candidate('latency.record()', () => {
        for (let index = 0; index < RECORDS_PER_RUN; index += 1) latency.record(values[index & INPUT_MASK]!)
      }),
      candidate('latency.markStart() + markEnd()', () => {
        for (let index = 0; index < RECORDS_PER_RUN; index += 1) latency.markEnd(latency.markStart())
      }),
      candidate('gauge.set()', () => {
        for (let index = 0; index < RECORDS_PER_RUN; index += 1) level.set(values[index & INPUT_MASK]!)
      }),
      candidate('counter.add(1)', () => {
        hitCount += RECORDS_PER_RUN
        for (let index = 0; index < RECORDS_PER_RUN; index += 1) hits.add(1)
      }),
    ]
    // Shows that the measurement sees what it looks for.
    let kept: unknown
    const object = candidate('(an object, for scale)', () => {
      for (let index = 0; index < RECORDS_PER_RUN; index += 1) kept = { index }
      return kept
    })
    const figures = await measureRounds([...offloop, object], measureBytes, context)
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return {
      unit: 'bytes',
      rows: [
        ...offloop.map((one): Row => ({ ...rowOf(one), goal: { of: 'figure', bound: 'at most', limit: 0 } })),
        rowOf(object),
      ],
      checks: await closeChecked(telemetry, 'hits', hitCount),
    }
  },
}

/** @returns bytes per operation */
async function measureBytes(candidate: Candidate): Promise<number> {
  const warmAtMs = performance.now() + WARM_UP_MS
  do {
    await candidate.prepare?.()
    candidate.run()
  } while (performance.now() < warmAtMs)
  let leastBytes = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run += 1) {
    await candidate.prepare?.()
    globalThis.gc!()
    const readingBytes = growthBytes(() => {})
    leastBytes = Math.min(leastBytes, growthBytes(() => candidate.run()) - readingBytes)
  }
  return leastBytes / candidate.operationCount
}

/** What the heap grew by, what reading it takes included. */
function growthBytes(work: () => void): number {
  const before = process.memoryUsage().heapUsed
  work()
  return process.memoryUsage().heapUsed - before
}
