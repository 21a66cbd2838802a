/** What a soak run comes to: which quantities are flat, and why the run failed. Pure. */
import { type Flatness, flatnessOf, type GrowthLimit } from './flatness.ts'
import type { Reading } from './reading.ts'

type Quantity = Exclude<keyof Reading, 'atMs'>
export type QuantityUnit = 'bytes' | 'count' | 'ms'

interface Watched {
  readonly quantity: Quantity
  readonly name: string
  readonly unit: QuantityUnit
  /** Undefined: shown, and not judged. */
  readonly limit: GrowthLimit | undefined
}

const MIB = 2 ** 20

/** The floors are what half of a run of some minutes comes to when nothing leaks: allocators of threads that come and
 *  go, compiled code, slices of the first hour. They count less the longer a run is. In a run of three minutes resident
 *  memory is still warming up in the second half, and was seen to change by -12 to +19 MiB. */
const WATCHED: readonly Watched[] = [
  { quantity: 'rssBytes', name: 'resident memory', unit: 'bytes', limit: { share: 0.05, floor: 16 * MIB } },
  {
    quantity: 'heapBytes',
    name: 'heap of the main thread',
    unit: 'bytes',
    limit: { share: 0.05, floor: MIB },
  },
  { quantity: 'externalBytes', name: 'outside the heap', unit: 'bytes', limit: { share: 0.05, floor: MIB } },
  { quantity: 'fdCount', name: 'open files', unit: 'count', limit: { share: 0, floor: 1 } },
  { quantity: 'resourceCount', name: 'active resources', unit: 'count', limit: { share: 0, floor: 1 } },
  // How many threads have ended within the last seconds is left to chance. None of their lanes may stay longer: that is
  // judged by any one reading, and not by growth.
  { quantity: 'laneCount', name: 'lanes', unit: 'count', limit: undefined },
  {
    quantity: 'staleLaneCount',
    name: 'lanes kept too long',
    unit: 'count',
    limit: undefined,
  },
  { quantity: 'seriesCount', name: 'series', unit: 'count', limit: { share: 0, floor: 0.5 } },
  { quantity: 'tickMs', name: 'a tick, p99', unit: 'ms', limit: undefined },
  { quantity: 'queueDepth', name: 'queue depth, p99', unit: 'count', limit: undefined },
  { quantity: 'loopDelayMs', name: 'loop delay, p99', unit: 'ms', limit: undefined },
]

export interface Judged extends Watched {
  readonly flatness: Flatness
  readonly first: number
  readonly last: number
  readonly max: number
}

/** What the run found, but for its readings. */
export interface Findings {
  /** Totals, lanes and threads that do not add up. */
  readonly faults: readonly string[]
  /** Lines nobody expected, on stderr or the log. */
  readonly unexpectedLines: readonly string[]
  /** Of ended threads, when they should long have been released. */
  readonly lanesLeft: number
  /** After close, beyond those before the telemetry was made. */
  readonly resourcesLeft: readonly string[]
  readonly fdsLeft: number
  readonly wasInterrupted: boolean
}

/** Each quantity over time. One that was never read is left out. */
export function judge(readings: readonly Reading[]): Judged[] {
  return WATCHED.flatMap(watched => {
    const points = readings.flatMap(reading => {
      const value = reading[watched.quantity]
      return value === undefined ? [] : [{ atMs: reading.atMs, value }]
    })
    if (points.length === 0) return []
    const values = points.map(({ value }) => value)
    const flatness = flatnessOf(points, watched.limit ?? { share: Number.POSITIVE_INFINITY, floor: 0 })
    return [{ ...watched, flatness, first: values[0]!, last: values.at(-1)!, max: Math.max(...values) }]
  })
}

/** Why the run fails; empty when it does not. A run that was interrupted need not be long enough to tell. */
export function reasonsOf(judged: readonly Judged[], findings: Findings): string[] {
  const ofLimits = judged.filter(({ limit }) => limit !== undefined)
  const growing = ofLimits.filter(({ flatness }) => flatness.verdict === 'growing')
  const isTooShort =
    ofLimits.length === 0 || ofLimits.some(({ flatness }) => flatness.verdict === 'too short')
  const { faults, unexpectedLines, lanesLeft, resourcesLeft, fdsLeft, wasInterrupted } = findings
  const keptTooLong = judged.find(({ quantity }) => quantity === 'staleLaneCount')?.max ?? 0
  return [
    ...faults,
    ...(keptTooLong > 0 ? [`up to ${keptTooLong} lanes of ended threads were kept too long`] : []),
    ...growing.map(({ name }) => `growing: ${name}`),
    ...(isTooShort && !wasInterrupted ? ['too short to tell whether anything grows'] : []),
    ...(lanesLeft > 0 ? [`${lanesLeft} lanes of ended threads were not released`] : []),
    ...(resourcesLeft.length > 0 ? [`still active after close: ${resourcesLeft.join(', ')}`] : []),
    ...(fdsLeft > 0 ? [`${fdsLeft} files still open after close`] : []),
    ...unexpectedLines.map(line => `unexpected: ${line}`),
  ]
}
