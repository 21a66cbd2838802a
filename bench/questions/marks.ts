/** What does measuring a duration cost, beyond reading a clock twice? */
import type { Candidate, Question, Row } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { spreadOf } from '../core/spread.ts'
import { closeChecked, startTelemetry } from '../setup/live-telemetry.ts'

/** A run takes a fraction of a millisecond, and puts as many samples into the lane. */
const PAIRS_PER_RUN = 4_096
const HANDLE_COUNT = 4
const HANDLE_MASK = HANDLE_COUNT - 1
/** Readings are kept in turn, each pair in the next place. */
const KEPT_COUNT = 256
const KEPT_MASK = KEPT_COUNT - 1

export const marks: Question = {
  name: 'marks',
  asks: 'what does measuring one duration cost, against reading a clock twice?',
  group: 'cost',
  measuresAllocation: true,
  async answer(context) {
    const telemetry = await startTelemetry()
    const latencies = telemetry.latency('request', { labelNames: ['instrument'] })
    const handles = Array.from({ length: HANDLE_COUNT }, (_, index) =>
      latencies.labels({ instrument: `${index}` }),
    )

    /** Reads the clock twice, keeps the mark in between, and records the difference. */
    const offloop: Candidate = {
      name: 'offloop markStart() + markEnd()',
      operationCount: PAIRS_PER_RUN,
      prepare: () => telemetry.flush(),
      run() {
        for (let index = 0; index < PAIRS_PER_RUN; index += 1) {
          const latency = handles[index & HANDLE_MASK]!
          latency.markEnd(latency.markStart())
        }
        return handles
      },
    }
    /** One reading ends a measurement and begins the next. */
    const laps = handles.map(latency => latency.markStart())
    const lap: Candidate = {
      name: '(offloop markLap(), where one follows the other)',
      operationCount: PAIRS_PER_RUN,
      prepare: () => telemetry.flush(),
      run() {
        for (let index = 0; index < PAIRS_PER_RUN; index += 1) {
          handles[index & HANDLE_MASK]!.markLap(laps[index & HANDLE_MASK]!)
        }
        return handles
      },
    }
    const clocks = [createHrtimeBigint(), createHrtime(), createPerformanceNow()]
    const figures = await measureRounds([offloop, lap, ...clocks], context)
    return {
      unit: 'ns',
      subject: { name: offloop.name, figures: figures.get(offloop)! },
      rows: [
        ...withGoalOnFastest(clocks.map(clock => ({ name: clock.name, figures: figures.get(clock)! }))),
        { name: lap.name, figures: figures.get(lap)! },
      ],
      checks: await closeChecked(
        telemetry,
        'request',
        context.meter.operationCountOf(offloop) + context.meter.operationCountOf(lap),
      ),
    }
  },
}

/** The goal is against the clock that is fastest here. */
function withGoalOnFastest(rows: readonly Row[]): Row[] {
  const medians = rows.map(row => spreadOf(row.figures).median)
  const fastest = medians.indexOf(Math.min(...medians))
  return rows.map((row, index) =>
    index === fastest
      ? { ...row, goal: { of: 'ratio', bound: 'at most', limit: 1.1, figure: 'marks' } }
      : row,
  )
}

/** Kept in an array of 64-bit words, which spares V8 the objects. */
function createHrtimeBigint(): Candidate {
  const now = process.hrtime.bigint
  const starts = new BigInt64Array(KEPT_COUNT)
  const ends = new BigInt64Array(KEPT_COUNT)
  return {
    name: 'process.hrtime.bigint(), twice',
    operationCount: PAIRS_PER_RUN,
    run() {
      for (let index = 0; index < PAIRS_PER_RUN; index += 1) {
        starts[index & KEPT_MASK] = now()
        ends[index & KEPT_MASK] = now()
      }
      return [starts, ends]
    },
  }
}

/** Gives an array of seconds and nanoseconds, of which nothing more is made here. */
function createHrtime(): Candidate {
  const now = process.hrtime
  const starts: [number, number][] = Array.from({ length: KEPT_COUNT }, () => [0, 0])
  const ends: [number, number][] = Array.from({ length: KEPT_COUNT }, () => [0, 0])
  return {
    name: 'process.hrtime(), twice',
    operationCount: PAIRS_PER_RUN,
    run() {
      for (let index = 0; index < PAIRS_PER_RUN; index += 1) {
        starts[index & KEPT_MASK] = now()
        ends[index & KEPT_MASK] = now()
      }
      return [starts, ends]
    },
  }
}

/** Milliseconds, as a double. */
function createPerformanceNow(): Candidate {
  const starts = new Float64Array(KEPT_COUNT)
  const ends = new Float64Array(KEPT_COUNT)
  return {
    name: 'performance.now(), twice',
    operationCount: PAIRS_PER_RUN,
    run() {
      for (let index = 0; index < PAIRS_PER_RUN; index += 1) {
        starts[index & KEPT_MASK] = performance.now()
        ends[index & KEPT_MASK] = performance.now()
      }
      return [starts, ends]
    },
  }
}
