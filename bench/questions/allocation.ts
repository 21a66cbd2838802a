/** How much garbage does a call leave behind? */
import { ALLOCATION_EXEC_ARGV, AllocationMeter } from '../allocation-meter.ts'
import type { Candidate, Goal, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../setup/live-telemetry.ts'

/** The least that V8 takes for an object, or for a number that is none of its small integers. */
const OBJECT_BYTES_MIN = 16
/** To the tenth of a byte that is measured: see AllocationMeter. */
const GOAL: Goal = { of: 'figure', bound: 'at most', limit: 0, figure: 'allocation' }

const values = lognormalValues(INPUT_COUNT)

export const allocation: Question = {
  name: 'allocation',
  asks: 'how many bytes of heap does a call leave behind?',
  group: 'cost',
  execArgv: ALLOCATION_EXEC_ARGV,
  async answer(context) {
    const meter = new AllocationMeter()
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
        for (let index = 0; index < RECORDS_PER_RUN; index += 1) hits.add(1)
      }),
    ]
    // Shows that the measurement sees what it looks for.
    let kept: unknown
    const object = candidate('(an object, for scale)', () => {
      for (let index = 0; index < RECORDS_PER_RUN; index += 1) kept = { index }
      return kept
    })
    const figures = await measureRounds([...offloop, object], { ...context, meter })
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return {
      unit: 'bytes',
      rows: [...offloop.map(one => ({ ...rowOf(one), goal: GOAL })), rowOf(object)],
      checks: [
        ...(await closeChecked(telemetry, 'hits', meter.operationCountOf(offloop.at(-1)!))),
        {
          what: 'rounds that did not see the object',
          expected: 0,
          actual: figures.get(object)!.filter(bytes => bytes < OBJECT_BYTES_MIN).length,
        },
      ],
    }
  },
}
