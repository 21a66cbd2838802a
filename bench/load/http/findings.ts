/** The servers of the HTTP question, and what was found of them as tables. Pure. */
import type { Check, Findings, Goal, Row } from '../../core/question.ts'
import { ratioAtLeast } from '../setup/goals.ts'
import { knownFigures } from '../setup/rounds.ts'
import type { OpenLoopSlice, SaturatedSlice, ServerEnd, ServerPlan, ServerSlice } from './variants.ts'

export interface Variant extends ServerPlan {
  readonly name: string
}

export type Slice<Seen> = Seen & ServerSlice

interface BothSlices {
  readonly saturated: Slice<SaturatedSlice>
  readonly openLoop: Slice<OpenLoopSlice>
}

type Ends = ReadonlyMap<Variant, ServerEnd>

export interface HttpMeasurements {
  readonly slices: ReadonlyMap<Variant, readonly BothSlices[]>
  /** Of the open loop. */
  readonly ratePerS: number
  /** Of each server that is read. */
  readonly expectedReads: number
  readonly ends: Ends
}

const READ_INTERVAL_MS = 1_000
const SERIES_BEFORE = 1_000
const RATIO_MIN = ratioAtLeast(0.99, 'http')

const recording = (name: string, library: ServerPlan['library']): Variant => {
  return { name, library, readIntervalMs: 0, seriesBefore: 0 }
}
const read = (name: string, library: ServerPlan['library']): Variant => {
  return { name, library, readIntervalMs: READ_INTERVAL_MS, seriesBefore: SERIES_BEFORE }
}

export const OFFLOOP: Variant = recording('offloop', 'offloop')
export const BARE: Variant = recording('bare', undefined)
const RECORDING = [
  BARE,
  recording('(clock and listener, no library)', 'none'),
  recording('prom-client', 'prom-client'),
  recording('OpenTelemetry', 'OpenTelemetry'),
]
const OFFLOOP_READ = read('offloop, scrape() each second (text)', 'offloop')
const READ = [
  read('prom-client, metrics() each second (text)', 'prom-client'),
  read('OpenTelemetry, collect() each second (not serialized)', 'OpenTelemetry'),
]
export const VARIANTS: readonly Variant[] = [OFFLOOP, ...RECORDING, OFFLOOP_READ, ...READ]

interface Comparison {
  readonly subject: Variant
  readonly others: readonly Variant[]
  /** Of the subject's ratio to the bare server. */
  readonly goal?: Goal
}

const RECORDING_ONLY: Comparison = { subject: OFFLOOP, others: RECORDING }
const WITH_READS: Comparison = { subject: OFFLOOP_READ, others: [BARE, ...READ] }
const EVERYONE: Comparison = { subject: OFFLOOP, others: VARIANTS.filter(one => one !== OFFLOOP) }

/** Throughput has two tables, since each kind of server is compared with offloop of its kind. */
export function findingsOf({ slices, ratePerS, expectedReads, ends }: HttpMeasurements): Findings[] {
  const saturated = mapValues(slices, both => both.map(one => one.saturated))
  const openLoop = mapValues(slices, both => both.map(one => one.openLoop))
  const all = mapValues(slices, both => both.flatMap(one => [one.saturated, one.openLoop]))
  const requestsPerS = (slice: SaturatedSlice) => slice.requestsPerS
  const latency = (percentile: string, figureOf: (slice: OpenLoopSlice) => number) =>
    table(
      openLoop,
      `latency ${percentile} at half the load, from when a request was due`,
      'ms',
      figureOf,
      EVERYONE,
    )
  const threadCpu = table(
    saturated,
    'CPU time of a request, on the thread that serves',
    'ns',
    slice => slice.threadCpuMs && (slice.threadCpuMs * 1e6) / slice.requestCount,
    EVERYONE,
  )
  const lateness = (name: string, figureOf: (slice: OpenLoopSlice) => number): Row => {
    return { name, figures: openLoop.get(OFFLOOP)!.map(figureOf) }
  }
  return [
    {
      ...table(saturated, 'throughput', 'requests/s', requestsPerS, { ...RECORDING_ONLY, goal: RATIO_MIN }),
      checks: [
        { what: 'requests that failed, on all servers', expected: 0, actual: errorCountOf(all) },
        ...arrivalChecks(ends),
        ...[OFFLOOP_READ, ...READ].map(variant => readCheck(variant, all.get(variant)!, expectedReads)),
      ],
    },
    table(
      saturated,
      'throughput, 1,000 series more and read each second',
      'requests/s',
      requestsPerS,
      WITH_READS,
    ),
    latency('p50', slice => slice.p50Ms),
    latency('p99', slice => slice.p99Ms),
    latency('p99.9', slice => slice.p999Ms),
    latency('max', slice => slice.maxMs),
    {
      part: 'half the load: how late the requests to offloop were sent, which is in their latency',
      unit: 'ms',
      rows: [lateness('p50', slice => slice.sentLateP50Ms), lateness('p99', slice => slice.sentLateP99Ms)],
      checks: [],
    },
    {
      part: 'half the load: requests that were due',
      unit: 'requests/s',
      rows: [{ name: 'at every server', figures: [ratePerS] }],
      checks: [],
    },
    table(
      saturated,
      'CPU time of a request, all threads',
      'ns',
      slice => (slice.processCpuMs * 1e6) / slice.requestCount,
      EVERYONE,
    ),
    ...(threadCpu.subject!.figures.length > 0 ? [threadCpu] : []),
  ]
}

/** Throughput of two servers. */
export function briefFindingsOf(
  saturated: ReadonlyMap<Variant, readonly Slice<SaturatedSlice>[]>,
  ends: Ends,
): Findings[] {
  const comparison = { subject: OFFLOOP, others: [BARE], goal: RATIO_MIN }
  const throughput = table(saturated, 'throughput', 'requests/s', slice => slice.requestsPerS, comparison)
  const failed = {
    what: 'requests that failed, on all servers',
    expected: 0,
    actual: errorCountOf(saturated),
  }
  return [{ ...throughput, checks: [failed, ...arrivalChecks(ends)] }]
}

function table<Seen>(
  slices: ReadonlyMap<Variant, readonly Slice<Seen>[]>,
  part: string,
  unit: Findings['unit'],
  figureOf: (slice: Slice<Seen>) => number | undefined,
  { subject, others, goal }: Comparison,
): Findings {
  const rowOf = (variant: Variant): Row => {
    const figures = knownFigures(slices.get(variant)!.map(figureOf))
    return { name: variant.name, figures, goal: variant === BARE ? goal : undefined }
  }
  return { part, unit, subject: rowOf(subject), rows: others.map(rowOf), checks: [] }
}

function errorCountOf(slices: ReadonlyMap<Variant, readonly { readonly errorCount: number }[]>): number {
  return [...slices.values()].flat().reduce((sum, slice) => sum + slice.errorCount, 0)
}

/** Every request of every slice is in the answers, the warm-up's included. */
function arrivalChecks(ends: Ends): Check[] {
  return [...ends].flatMap(([{ name }, { requestCount, arrived }]): Check[] =>
    arrived === undefined
      ? []
      : [
          { what: `${name}: requests in the histogram`, expected: requestCount, actual: arrived.recorded },
          { what: `${name}: requests in the counter`, expected: requestCount, actual: arrived.counted },
          { what: `${name}: lost`, expected: 0, actual: arrived.lost },
        ],
  )
}

function readCheck({ name }: Variant, slices: readonly ServerSlice[], expected: number): Check {
  const actual = slices.reduce((sum, slice) => sum + slice.readCount, 0)
  return { what: `${name}: reads`, expected, actual }
}

function mapValues<Key, Value, Result>(
  map: ReadonlyMap<Key, Value>,
  resultOf: (value: Value) => Result,
): Map<Key, Result> {
  return new Map([...map].map(([key, value]) => [key, resultOf(value)]))
}
