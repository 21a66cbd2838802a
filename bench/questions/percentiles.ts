/** What do exact percentiles of a full window cost? */
import { build } from 'hdr-histogram-js'
import { nearestRank } from '../../src/shared/statistics/nearest-rank.ts'
import { Window } from '../../src/shared/statistics/window.ts'
import { summarizeWindows } from '../../src/shared/statistics/window-summary.ts'
import type { Candidate, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { lognormalValues } from '../setup/inputs.ts'

const SAMPLE_COUNT = 10_000
const QUANTILES = [0.5, 0.95, 0.99] as const
/** Each run reads other samples: a processor learns to predict the branches of sorting the same ones again. */
const SAMPLE_SETS = Array.from({ length: 32 }, (_, seed) => lognormalValues(SAMPLE_COUNT, { seed }))

export const percentiles: Question = {
  name: 'percentiles',
  asks: 'what do p50, p95 and p99 of 10,000 samples cost?',
  group: 'cost',
  async answer(context) {
    const window = createWindow()
    const sort = createSort()
    const hdr = createHdrHistogram()
    const figures = await measureRounds([window, sort, hdr], context)
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return {
      unit: 'ns',
      subject: rowOf(window),
      rows: [{ ...rowOf(sort), goal: { of: 'ratio', bound: 'at most', limit: 1 / 15 } }, rowOf(hdr)],
      checks: [
        { what: 'percentiles that differ from those of sorting', expected: 0, actual: countDifferences() },
      ],
    }
  },
}

/** What the aggregator does for each series: count, sum, minimum and maximum come with it. */
function createWindow(): Candidate {
  const window = new Window({ capacity: SAMPLE_COUNT })
  const nextSet = samplesInTurn()
  return {
    name: "offloop's window",
    operationCount: 1,
    prepare: () => fill(window, nextSet()),
    run: () => summarizeWindows([window], QUANTILES),
  }
}

/** A copy, sorted natively, and three readings of it. Nothing but the percentiles. */
function createSort(): Candidate {
  const nextSet = samplesInTurn()
  let samples = nextSet()
  return {
    name: 'copy and sort a Float64Array',
    operationCount: 1,
    prepare: () => {
      samples = nextSet()
    },
    run: () => percentilesBySorting(samples),
  }
}

/** Three readings of a histogram that was filled before: approximate (three digits), and of whole numbers only. */
function createHdrHistogram(): Candidate {
  const histogram = build({ numberOfSignificantValueDigits: 3 })
  const nextSet = samplesInTurn()
  return {
    name: 'hdr-histogram-js, approximate',
    operationCount: 1,
    prepare: () => {
      histogram.reset()
      for (const valueMs of nextSet()) histogram.recordValue(Math.round(valueMs * 1e3))
    },
    run() {
      const p50 = histogram.getValueAtPercentile(50)
      const p95 = histogram.getValueAtPercentile(95)
      const p99 = histogram.getValueAtPercentile(99)
      return [p50, p95, p99]
    },
  }
}

function countDifferences(): number {
  const window = new Window({ capacity: SAMPLE_COUNT })
  let differenceCount = 0
  for (const samples of SAMPLE_SETS) {
    fill(window, samples)
    const { quantiles } = summarizeWindows([window], QUANTILES)
    const expected = percentilesBySorting(samples)
    differenceCount += quantiles.filter((value, index) => value !== expected[index]).length
  }
  return differenceCount
}

function percentilesBySorting(samples: Float64Array): number[] {
  const ascending = samples.slice().sort()
  return QUANTILES.map(q => ascending[nearestRank(q, samples.length) - 1]!)
}

function fill(window: Window, samples: Float64Array): void {
  for (const sample of samples) window.push(sample)
}

function samplesInTurn(): () => Float64Array {
  let turn = 0
  return () => SAMPLE_SETS[turn++ % SAMPLE_SETS.length]!
}
