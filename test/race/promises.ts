/** What has to hold in every reachable state: so also when a thread never takes another step. */
import type { AggregatorFacts, Life } from './aggregator-thread.ts'
import type { State } from './explorer.ts'
import type { Summaries } from './folding-registry.ts'
import type { ProducerFacts } from './producer-thread.ts'
import { type Scenario, sampleOf } from './scenario.ts'

/** The wake-up word is the first contested location. */
const WAKE_BIT = 1

/** @param batchSamples how many samples are folded before the read index is stored
 *  @param wake index of the wake-up word's location
 *  @returns what a state breaks, in words; undefined when all is well */
export function promisesOf(
  { successor, aggregator: steps }: Scenario,
  batchSamples: number,
  wake: number,
): (state: State) => string | undefined {
  const isNoticeGiven = steps.includes('retire')
  const doubtMax = successor === undefined ? 0 : batchSamples
  return state => {
    const { producer, aggregator } = state
    const [p, a] = [producer.facts, aggregator.facts]
    if (p.failure !== undefined) return `producer: ${p.failure}`
    if (a.failure !== undefined) return `aggregator: ${a.failure}`
    const broken = brokenOrder(p, a) ?? brokenSuccession(a, doubtMax) ?? brokenSummary(p, a)
    if (broken !== undefined || !a.isAtRest) return broken
    const brokenAtRest = brokenCount(p, a, doubtMax) ?? brokenReading(p, a)
    if (brokenAtRest !== undefined || !p.isAtRest) return brokenAtRest
    const isOver = producer.pending === undefined && aggregator.pending === undefined
    return (
      brokenRest(p, a) ??
      brokenWakeUp(state, wake) ??
      (doubtMax === 0 ? brokenLoss(p, a) : undefined) ??
      (isNoticeGiven && isOver ? brokenNotice(p, a) : undefined)
    )
  }
}

/** Every sample is folded as it was pushed, in order, once, and none before it was published. */
function brokenOrder(p: ProducerFacts, a: AggregatorFacts): string | undefined {
  for (const { startCount, folded } of a.lives) {
    for (let index = 0; index < folded.length; index++) {
      const { series, value, timeMs } = folded[index]!
      const sample = p.accepted[startCount + index]
      const isSame = sample?.value === value && sample.series === series && sample.timeMs === timeMs
      if (!isSame)
        return `sample ${startCount + index} is folded as ${value} of series ${series} at ${timeMs} ms`
    }
    if (startCount + folded.length > p.publishedCount) return 'a sample is folded that was never published'
  }
  return undefined
}

/** A reader goes on where the one before it stored the read index: nothing is lost, and at most a batch comes twice. */
function brokenSuccession({ lives }: AggregatorFacts, doubtMax: number): string | undefined {
  const endOf = ({ startCount, folded }: Life) => startCount + folded.length
  for (let index = 1; index < lives.length; index++) {
    const doubt = endOf(lives[index - 1]!) - lives[index]!.startCount
    if (doubt < 0) return `${-doubt} samples were never folded`
    if (doubt > doubtMax) return `${doubt} samples are folded twice`
  }
  return undefined
}

/** A summarized sample is read once: none before it was recorded, and at most one before it is said to be there. */
function brokenSummary(p: ProducerFacts, a: AggregatorFacts): string | undefined {
  const { count, sum, last } = summariesOf(a)
  const thereCount = p.summarized.length + (p.isAtRest ? 0 : 1)
  if (count > thereCount) return `${count} samples are read of ${thereCount} summarized ones`
  if (last === undefined) return undefined
  // Sum and latest value are those of the same sample, and of all before it.
  let sumSoFar = 0
  for (const { value } of [...p.summarized, sampleOf(p.pushedCount - 1, 1)]) {
    sumSoFar += value
    if (value === last)
      return sum === sumSoFar ? undefined : `up to ${last} the sum is ${sumSoFar}, not ${sum}`
  }
  return `the latest summarized sample is said to be ${last}`
}

/** A drain takes all that was said to be in the summary when it looked. If that is all there is, their sum is right. */
function brokenReading({ summarized, isAtRest }: ProducerFacts, a: AggregatorFacts): string | undefined {
  const { count, sum } = summariesOf(a)
  if (count < a.summarizedTarget) return `of ${a.summarizedTarget} summarized samples ${count} were read`
  const sumOfAll = summarized.reduce((sum, { value }) => sum + value, 0)
  if (!isAtRest || a.summarizedTarget !== summarized.length || sum === sumOfAll) return undefined
  return `${count} summarized samples add up to ${sumOfAll}, and not to ${sum}`
}

function summariesOf({ lives }: AggregatorFacts): Summaries {
  return lives.at(-1)?.summaries ?? { count: 0, sum: 0, last: undefined }
}

/** A drain takes all that was published when it began, and the totals say so. */
function brokenCount(p: ProducerFacts, a: AggregatorFacts, doubtMax: number): string | undefined {
  if (a.lives.length === 0) return undefined
  const surplus = a.drainedTotal - a.readCount
  if (surplus < 0 || surplus > doubtMax)
    return `${a.drainedTotal} samples are drained, ${a.readCount} were read`
  if (a.readCount !== a.targetCount) {
    return `of ${a.targetCount} published samples ${a.readCount} were read`
  }
  const lost = lostBySeries(a)
  // What was being counted when an aggregator died is counted again, at most.
  const lostTwice = a.lostCount - a.droppedSeen
  if (lostTwice < 0 || lostTwice > a.droppedAtDeath)
    return `${a.droppedSeen} samples were dropped, ${a.lostCount} are counted`
  const tooMany = lost.findIndex((count, series) => count > (p.droppedBySeries[series] ?? 0))
  if (tooMany >= 0) return `series ${tooMany} is said to have lost ${lost[tooMany]}`
  if (doubtMax > 0) return undefined
  if (lost.reduce((sum, count) => sum + count, 0) < a.lostCount) return 'a lost sample has no series'
  if (a.account !== undefined && a.account.recorded !== a.account.published + a.account.dropped) {
    return `the account says ${a.account.recorded} recorded`
  }
  return undefined
}

/** At any pause: recorded = drained + summarized + dropped + pending. What a successor may fold again is the one surplus. */
function brokenRest(p: ProducerFacts, a: AggregatorFacts): string | undefined {
  const recorded = p.pushedCount - p.afterCloseCount
  const pending = p.accepted.length - a.readCount
  const surplus = a.drainedTotal - a.readCount
  const placed = a.drainedTotal + pending + p.summarized.length + p.droppedCount
  if (recorded + surplus !== placed || pending < 0) {
    return `${recorded} recorded, but ${a.drainedTotal} drained, ${p.droppedCount} dropped, ${pending} pending`
  }
  return undefined
}

/** Once every dropped sample is known, every one of them is known by its series. */
function brokenLoss(p: ProducerFacts, a: AggregatorFacts): string | undefined {
  if (a.droppedSeen !== p.droppedCount) return undefined
  const lost = lostBySeries(a)
  const wrong = lost.findIndex((count, series) => count !== (p.droppedBySeries[series] ?? 0))
  return wrong < 0 ? undefined : `series ${wrong} lost ${p.droppedBySeries[wrong] ?? 0}, not ${lost[wrong]}`
}

/** Nobody sleeps over a lane that asked to be drained: it was, or the wake-up word still says so. */
function brokenWakeUp({ producer, aggregator, lastWriters }: State, wake: number): string | undefined {
  const isSet =
    producer.touches.write[wake] !== undefined &&
    (aggregator.touches.write[wake] === undefined || (lastWriters & WAKE_BIT) === 0)
  if (isSet || aggregator.facts.targetCount >= producer.facts.wokenForCount) return undefined
  return 'a lane that is half full has woken nobody'
}

function lostBySeries({ lives }: AggregatorFacts): number[] {
  return [0, 1, 2].map(series => lives.reduce((sum, life) => sum + (life.lostBySeries[series] ?? 0), 0))
}

/** A lane that was given notice of is drained of all there is, or its thread has announced it again. Between
 *  the notice and the drain the clock has moved, so that only who is shown an older time after publishing is excused. If
 *  that was the latest when it was read, it excuses nothing: the drain came later, and has taken what was published. */
function brokenNotice(p: ProducerFacts, a: AggregatorFacts): string | undefined {
  if (p.timeFoundMs !== undefined && p.timeFoundMs < a.clockMs) return undefined
  if (a.targetCount === p.publishedCount || p.announcedCount > 0) return undefined
  return `${p.publishedCount - a.targetCount} samples stay in a lane that was given up`
}
