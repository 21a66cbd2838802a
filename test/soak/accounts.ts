/** What should have arrived, and whether it did: the last sample included. Pure, but for what it is told. */
import type { SeriesSnapshot, TelemetrySnapshot } from 'offloop'

/** Later versions say how many samples were folded into summaries of a full lane. */
interface Summarized {
  readonly summarized?: number
}

/** Of one metric: a range, as a terminated thread may have been in the middle of a sample. */
interface Account {
  countMin: number
  countMax: number
  sumMin: number
  sumMax: number
  /** A counter, whose total is its value; of one whose increments go through the lane this is the size of each. */
  readonly incrementOfLost: number | undefined
}

export class Accounts {
  readonly #accounts = new Map<string, Account>()

  /** @param incrementOfLost for counters: what one lost sample would have added */
  open(metric: string, incrementOfLost?: number): void {
    this.#accounts.set(metric, { countMin: 0, countMax: 0, sumMin: 0, sumMax: 0, incrementOfLost })
  }

  /** Exactly so many were recorded. */
  add(metric: string, count: number, sum: number): void {
    this.addRange(metric, { count, sum }, { count, sum })
  }

  addRange(
    metric: string,
    done: { count: number; sum: number },
    begun: { count: number; sum: number },
  ): void {
    const account = this.#accounts.get(metric)
    if (account === undefined) throw new Error(`no account was opened for ${metric}`)
    account.countMin += done.count
    account.countMax += begun.count
    account.sumMin += done.sum
    account.sumMax += begun.sum
  }

  /** Samples recorded so far; increments of counters count by their value. */
  get recordedCount(): number {
    let count = 0
    for (const { countMin } of this.#accounts.values()) count += countMin
    return count
  }

  /** What does not add up; empty when everything does. To be asked when nothing is recorded and all was drained. */
  check(snapshot: TelemetrySnapshot): string[] {
    const faults = [...this.#accounts].flatMap(([metric, account]) =>
      faultsOf(
        metric,
        account,
        snapshot.series.filter(series => series.metric === metric),
      ),
    )
    const lostBySeries = sumOf(snapshot.series, ({ lost }) => lost)
    if (lostBySeries !== snapshot.lost)
      faults.push(`lost: ${lostBySeries} of series, ${snapshot.lost} of lanes`)
    return [...faults, ...snapshot.lanes.flatMap(laneFaults)]
  }
}

function faultsOf(metric: string, account: Account, series: readonly SeriesSnapshot[]): string[] {
  const lost = sumOf(series, one => one.lost)
  const total = sumOf(series, one => one.total)
  const { countMin, countMax, sumMin, sumMax, incrementOfLost } = account
  const lostValue = lost * (incrementOfLost ?? 1)
  const faults: string[] = []
  if (!isWithin(total + lostValue, countMin, countMax)) {
    faults.push(`${metric}: ${rangeText(countMin, countMax)} recorded, ${total} arrived and ${lost} lost`)
  }
  const isWhole = lost === 0 && sumOf(series, one => (one as Summarized).summarized ?? 0) === 0
  const totalSum = sumOf(series, one => one.totalSum)
  if (isWhole && incrementOfLost === undefined && !isWithin(totalSum, sumMin, sumMax)) {
    faults.push(`${metric}: a sum of ${rangeText(sumMin, sumMax)} recorded, ${totalSum} arrived`)
  }
  return faults
}

function laneFaults(lane: TelemetrySnapshot['lanes'][number]): string[] {
  const { laneId, recorded, drained, dropped, pending } = lane
  const summarized = (lane as Summarized).summarized ?? 0
  if (recorded === drained + summarized + dropped + pending) return []
  return [`lane ${laneId}: ${recorded} ≠ ${drained} + ${summarized} + ${dropped} + ${pending}`]
}

/** A lane whose thread rests or has ended, and what that thread has counted. */
export function checkLane(
  snapshot: TelemetrySnapshot,
  threadId: number,
  doneCount: number,
  begunCount: number,
): string[] {
  const lane = snapshot.lanes.find(known => known.threadId === threadId)
  // Released already: what it left is in the totals.
  if (lane === undefined || isWithin(lane.recorded, doneCount, begunCount)) return []
  return [
    `lane of thread ${threadId}: ${rangeText(doneCount, begunCount)} recorded, ${lane.recorded} by the lane`,
  ]
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}

function rangeText(min: number, max: number): string {
  return min === max ? `${min}` : `${min} to ${max}`
}

function sumOf<Item>(items: readonly Item[], read: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + read(item), 0)
}
