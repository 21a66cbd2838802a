/** The cases of a stress run: which there are, and how many samples each gets. Pure. */

/** `frozen`: reads nothing until half of the samples are recorded. */
type ReaderPace = 'fast' | 'slow' | 'frozen'
/** What befalls the case half-way: a new reader takes the lanes over, or the first producer is terminated. */
export type Incident = 'none' | 'restart' | 'terminate'

export interface StressCase {
  readonly name: string
  /** Its place among all cases there are: replayed alone, a case has the same samples. */
  readonly number: number
  readonly threadCount: number
  readonly capacity: number
  readonly pace: ReaderPace
  /** The indices start so shortly before it that they cross it; 0: they start at 0. */
  readonly boundary: Boundary
  readonly publishEvery: number
  readonly incident: Incident
  /** Whether samples go on into window, slices and sums, which are checked, too. */
  readonly isFolding: boolean
  /** Whether a full lane summarizes; otherwise it drops. */
  readonly isSummarizing: boolean
  /** Of each producer. */
  readonly sampleCount: number
}

type Boundary = (typeof BOUNDARIES)[number]
type Shape = Omit<StressCase, 'sampleCount'>

const THREAD_COUNTS = [1, 2, 4]
const CAPACITIES = [4, 6, 8, 10, 12, 14, 16].map(power => 2 ** power)
const PACES: readonly ReaderPace[] = ['fast', 'slow', 'frozen']
export const BOUNDARIES = [0, 2 ** 31, 2 ** 32] as const
/** Each sample, as attached threads do; and growing batches, as the creating thread does. */
const PUBLISH_EVERY = [1, 64]
const INCIDENTS: readonly Incident[] = ['restart', 'terminate']
const INCIDENT_CAPACITIES = [6, 10, 14].map(power => 2 ** power)

/** A producer needs so many samples to go round its ring several times. */
const ROUNDS_MIN = 4
const SAMPLES_BASE = 2_000

export const SAMPLES_MIN = 1e5
/** Ordinals stay below 2^31. */
export const SAMPLES_MAX = 1e10

/** The metric whose series the samples go to. */
export const STRESS_METRIC = 'stress'

/** A producer that is to be terminated records on until it is, and ends by itself only if that takes so long. */
export const OVERTIME_MS_MAX = 20_000
/** Ordinals are counted in a word of 32 bits. */
const ORDINAL_END = 2 ** 31 - 1

/** How many samples this producer records at most. */
export function recordingEndOf({ incident, sampleCount }: StressCase, producer: number): number {
  return isTerminated(incident, producer) ? ORDINAL_END : sampleCount
}

/** Whether that producer's thread is terminated in the course of the case. */
export function isTerminated(incident: Incident, producer: number): boolean {
  return incident === 'terminate' && producer === 0
}

/** The largest set of cases for which the samples suffice, each with its share of them: all combinations, or a part that
 *  covers all pairs; with few samples, small lanes only. */
export function chooseCases(sampleCount: number): StressCase[] {
  const shapes = allShapes()
  const sets = [shapes, shapes.filter(isCovering)].flatMap((set, index) =>
    index === 0 ? [set] : CAPACITIES.toReversed().map(max => set.filter(({ capacity }) => capacity <= max)),
  )
  const chosen = sets.find(set => totalNeed(set) <= sampleCount) ?? sets.at(-1)!
  // What is left after that goes to all producers alike: small lanes are where threads meet most often.
  const producerCount = chosen.reduce((sum, { threadCount }) => sum + threadCount, 0)
  const surplus = Math.max(0, Math.floor((sampleCount - totalNeed(chosen)) / producerCount))
  return chosen.map(shape => ({ ...shape, sampleCount: needOf(shape) + surplus }))
}

/** Samples recorded by all of its producers together. */
export function totalSamplesOf({ sampleCount, threadCount }: StressCase): number {
  return sampleCount * threadCount
}

function allShapes(): Shape[] {
  const shapes: Omit<Shape, 'name' | 'number' | 'isFolding' | 'isSummarizing'>[] = []
  for (const threadCount of THREAD_COUNTS)
    for (const capacity of CAPACITIES)
      for (const pace of PACES)
        for (const boundary of BOUNDARIES)
          for (const publishEvery of PUBLISH_EVERY)
            shapes.push({ threadCount, capacity, pace, boundary, publishEvery, incident: 'none' })
  for (const incident of INCIDENTS)
    for (const [row, threadCount] of THREAD_COUNTS.entries())
      for (const [column, capacity] of INCIDENT_CAPACITIES.entries()) {
        const pace = row === column ? 'slow' : 'fast'
        const boundary = BOUNDARIES[(row + column) % BOUNDARIES.length]!
        const publishEvery = PUBLISH_EVERY[(row + column) % PUBLISH_EVERY.length]!
        shapes.push({ threadCount, capacity, pace, boundary, publishEvery, incident })
      }
  // Every fifth each: a number that shares no factor with the lengths above, so that all of their values are met.
  return shapes.map((shape, number) => ({
    ...shape,
    name: nameOf(shape),
    number,
    isFolding: number % 5 === 0,
    isSummarizing: number % 5 === 2,
  }))
}

/** One boundary and one batch size for each of the other combinations, in turn: as in a Latin square. */
function isCovering({ threadCount, capacity, pace, boundary, publishEvery, incident }: Shape): boolean {
  if (incident !== 'none') return true
  const row = THREAD_COUNTS.indexOf(threadCount)
  const column = CAPACITIES.indexOf(capacity)
  const layer = PACES.indexOf(pace)
  const turn = row + column + layer
  return (
    boundary === BOUNDARIES[turn % BOUNDARIES.length] &&
    publishEvery === PUBLISH_EVERY[(row + column + 2 * layer + (turn % 3)) % PUBLISH_EVERY.length]
  )
}

function nameOf(shape: Omit<Shape, 'name' | 'number' | 'isFolding' | 'isSummarizing'>): string {
  const { threadCount, capacity, pace, boundary, publishEvery, incident } = shape
  const parts = [
    `${threadCount}-thread${threadCount === 1 ? '' : 's'}`,
    `2^${Math.log2(capacity)}-slots`,
    pace,
    `from-${boundary === 0 ? 0 : `2^${Math.log2(boundary)}`}`,
    `by-${publishEvery}`,
    ...(incident === 'none' ? [] : [incident]),
  ]
  return parts.join('/')
}

function needOf({ capacity }: Shape): number {
  return SAMPLES_BASE + ROUNDS_MIN * capacity
}

function totalNeed(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, shape) => sum + needOf(shape) * shape.threadCount, 0)
}
