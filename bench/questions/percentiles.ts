/** What do exact percentiles of a full window cost? */
import type { Histogram } from 'hdr-histogram-js'
import { nearestRank } from '../../src/shared/statistics/nearest-rank.ts'
import { Window } from '../../src/shared/statistics/window.ts'
import { summarizeWindows } from '../../src/shared/statistics/window-summary.ts'
import type { Candidate, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { lognormalValues } from '../setup/inputs.ts'
import {
  BESIDE_WASM,
  createHdrHistogram,
  createHdrWasmHistogram,
  createSketch,
  toMicroseconds,
} from '../setup/sketches.ts'

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
    const approximate = [
      createHdr('hdr-histogram-js, approximate', createHdrHistogram()),
      createSketchReading(),
    ]
    const figures = await measureRounds([window, sort, ...approximate], context)
    // Made only now, since it slows the others down; they are measured once more, beside it.
    approximate.push(createHdr('hdr-histogram-js WebAssembly, approximate', createHdrWasmHistogram()))
    const besideWasm = [window, sort, approximate.at(-1)!]
    const besideFigures = await measureRounds(besideWasm, { ...context, onRound: () => {} })
    const [subject, ...rows] = besideWasm.map(one => ({ name: one.name, figures: besideFigures.get(one)! }))
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return [
      {
        unit: 'ns',
        subject: rowOf(window),
        rows: [
          { ...rowOf(sort), goal: { of: 'ratio', bound: 'at most', limit: 1 / 15, figure: 'percentiles' } },
          ...approximate.slice(0, -1).map(rowOf),
        ],
        checks: [
          { what: 'percentiles that differ from those of sorting', expected: 0, actual: countDifferences() },
          {
            what: 'approximate percentiles that are more than 1 % from those of sorting',
            expected: 0,
            actual: approximate.reduce((count, reading) => count + reading.countFar(), 0),
          },
        ],
      },
      { part: BESIDE_WASM, unit: 'ns', subject, rows, checks: [] },
    ]
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

/** A candidate whose answers are near those of sorting, and no more. */
interface ApproximateReading extends Candidate {
  /** Answers that are further off than the libraries promise. */
  readonly countFar: () => number
}

/** Three readings of a histogram that was filled before: approximate (three digits), and of whole numbers only. */
function createHdr(name: string, histogram: Histogram): ApproximateReading {
  const inputSets = SAMPLE_SETS.map(toMicroseconds)
  return createReading(name, {
    fill(set) {
      histogram.reset()
      for (const valueUs of inputSets[set]!) histogram.recordValue(valueUs)
    },
    run() {
      const p50 = histogram.getValueAtPercentile(50)
      const p95 = histogram.getValueAtPercentile(95)
      const p99 = histogram.getValueAtPercentile(99)
      return [p50, p95, p99]
    },
    unitMs: 1e-3,
  })
}

/** Three readings of a sketch that was filled before: approximate, within 1 %. It has no reset. */
function createSketchReading(): ApproximateReading {
  let sketch = createSketch()
  return createReading('@datadog/sketches-js, approximate', {
    fill(set) {
      sketch = createSketch()
      for (const valueMs of SAMPLE_SETS[set]!) sketch.accept(valueMs)
    },
    run() {
      const p50 = sketch.getValueAtQuantile(0.5)
      const p95 = sketch.getValueAtQuantile(0.95)
      const p99 = sketch.getValueAtQuantile(0.99)
      return [p50, p95, p99]
    },
    unitMs: 1,
  })
}

function createReading(
  name: string,
  { fill, run, unitMs }: { fill: (set: number) => void; run: () => readonly number[]; unitMs: number },
): ApproximateReading {
  let turn = 0
  const prepare = () => fill(turn++ % SAMPLE_SETS.length)
  const countFar = () => {
    let farCount = 0
    for (const [set, samples] of SAMPLE_SETS.entries()) {
      fill(set)
      const answers = run()
      const expected = percentilesBySorting(samples)
      farCount += answers.filter((value, index) => isFar(value * unitMs, expected[index]!)).length
    }
    return farCount
  }
  return { name, operationCount: 1, prepare, run, countFar }
}

/** Ranks may be counted from either side: the samples next to the one that sorting gives are about as near. */
function isFar(value: number, expected: number): boolean {
  return Math.abs(value / expected - 1) > 0.0125
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
