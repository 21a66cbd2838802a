/** What can be wrong with what a reader got: the names, and one finding. */

export const FAULT_KINDS = [
  /** Halves of two samples: of one float64, or header of one and value of another. */
  'torn',
  /** No sample's value, nor halves of two. */
  'altered',
  /** A sample that was passed over, and came later. */
  'reordered',
  /** A sample that had come before. */
  'duplicated',
  /** A time that the clock never had, or that is before the sample's predecessor. */
  'mistimed',
  /** Sums that do not add up: samples came to be missing, or more, without being counted. */
  'unaccounted',
  /** Dropped, and counted, though the lane had room. */
  'refused',
  /** A thread threw, or did not come to an end. */
  'broken off',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  readonly kind: FaultKind
  readonly producer: number
  /** Of the sample that was expected. */
  readonly ordinal: number
  readonly expected: string
  readonly actual: string
}

export type FaultCounts = Record<FaultKind, number>

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULT_KINDS.map(kind => [kind, 0])) as FaultCounts
}

/** Some are kept in full, all are counted. */
export class FaultList {
  static readonly keptMax = 5
  readonly kept: Fault[] = []
  readonly counts: FaultCounts = noFaults()
  totalCount = 0

  add(fault: Fault): void {
    this.counts[fault.kind] += 1
    this.totalCount += 1
    if (this.kept.length < FaultList.keptMax) this.kept.push(fault)
  }
}
