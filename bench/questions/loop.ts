/** What does it cost to keep telemetry open: of an idle process, and of each of the aggregator's ticks? */

import { TICK_INTERVAL_MS } from '../../src/worker/tick-loop.ts'
import type { Findings, Goal, Question, Row } from '../core/question.ts'
import { createHeldAggregator } from '../setup/held-aggregator.ts'
import { runProgram } from '../setup/run-program.ts'

/** What the idle program has in it. */
export type IdleWith = 'nothing' | 'prom-client' | 'telemetry'

/** What the program of this name prints. */
export interface IdleCost {
  /** Of one core, all threads together. */
  readonly corePercent: number
  readonly residentBytes: number
}

const IDLE: readonly { readonly library: IdleWith; readonly name: string }[] = [
  { library: 'telemetry', name: 'a process with telemetry, 20 metrics' },
  { library: 'nothing', name: '(a process that waits)' },
  { library: 'prom-client', name: '(a process with prom-client collectDefaultMetrics())' },
]
const IDLE_GOAL: Goal = { of: 'figure', bound: 'at most', limit: 0.5 }
const SERIES_COUNTS = [0, 100, 1_000, 10_000] as const
const LINES = [
  { line: 'nothing recorded', isBusy: false },
  { line: 'a sample in each', isBusy: true },
] as const
/** Statistics are published every 250 ms: twice in a round. */
const TICKS_PER_ROUND = 50

export const loop: Question = {
  name: 'loop',
  asks: 'what does keeping telemetry open cost: an idle process, and each tick of the aggregator?',
  group: 'cost',
  startsPrograms: true,
  async answer(context) {
    const idleRounds: Record<IdleWith, IdleCost>[] = []
    for (let round = -1; round < context.roundCount; round += 1) {
      const costs = await measureIdle()
      if (round >= 0) idleRounds.push(costs)
      context.onRound()
    }
    const rowsOf = (figure: keyof IdleCost, goal?: Goal): Row[] =>
      IDLE.map(({ library, name }) => ({
        name,
        figures: idleRounds.map(costs => costs[library][figure]),
        goal: library === 'telemetry' ? goal : undefined,
      }))
    return [
      {
        part: 'an idle process: time of one core',
        unit: 'percent',
        rows: rowsOf('corePercent', IDLE_GOAL),
        checks: [],
      },
      { part: 'an idle process: resident memory', unit: 'bytes', rows: rowsOf('residentBytes'), checks: [] },
      await answerTicks(context.roundCount),
    ]
  },
}

/** Side by side: all they do is wait, and there is a core for whoever does not. */
async function measureIdle(): Promise<Record<IdleWith, IdleCost>> {
  const costs = await Promise.all(
    IDLE.map(async ({ library }) => {
      const { output } = await runProgram('idle', { args: [library] })
      return [library, JSON.parse(output) as IdleCost] as const
    }),
  )
  return Object.fromEntries(costs) as Record<IdleWith, IdleCost>
}

/** Whole ticks, ten milliseconds apart as they are under load: lanes are drained, what changed is published when it is
 *  due, objectives are checked when due. The mean of a round's ticks is what they cost in all; of processor time, since
 *  a single pause of this thread would outweigh a hundred of them.
 *
 *  The aggregators are on this thread, and tick one after the other: their code is warm, and what they record was
 *  written by the core that reads it. On a thread of its own a tick begins with what ten milliseconds of other work
 *  have left in the caches. */
async function answerTicks(roundCount: number): Promise<Findings> {
  const ticked = SERIES_COUNTS.flatMap(seriesCount =>
    LINES.filter(({ isBusy }) => seriesCount > 0 || !isBusy).map(({ line, isBusy }) => {
      const aggregator = createHeldAggregator(seriesCount)
      // Series hold nothing before their first sample, and cost nothing.
      aggregator.record()
      return { seriesCount, line, isBusy, aggregator, sumUs: 0, figures: [] as number[], recordedCount: 1 }
    }),
  )
  for (let round = -1; round < roundCount; round += 1) {
    for (const one of ticked) one.sumUs = 0
    let readingUs = 0
    for (let tick = 0; tick < TICKS_PER_ROUND; tick += 1) {
      await new Promise(resolve => setTimeout(resolve, TICK_INTERVAL_MS))
      for (let turn = 0; turn < ticked.length; turn += 1) {
        // Whoever comes first after the rest finds the caches cold: each in turn.
        const one = ticked[(tick + turn) % ticked.length]!
        if (one.isBusy) {
          one.aggregator.record()
          one.recordedCount += 1
        }
        one.sumUs += processorUs(one.aggregator.tick)
      }
      // What looking at the clock takes, which is taken off. Last, when it is warm, as it is for all but one.
      readingUs += processorUs(() => {})
    }
    if (round >= 0)
      for (const one of ticked) one.figures.push((1e3 * (one.sumUs - readingUs)) / TICKS_PER_ROUND)
  }
  const checks = ticked.map(({ seriesCount, line, recordedCount, aggregator }) => ({
    what: `samples taken into ${seriesCount.toLocaleString('en')} series, ${line}`,
    expected: recordedCount * seriesCount,
    actual: aggregator.drainedCount(),
  }))
  for (const { aggregator } of ticked) aggregator.end()
  return {
    part: "the aggregator's ticks, one after the other, warm: processor time of each",
    unit: 'ns',
    curve: { x: 'series', scale: 'log' },
    rows: ticked.map(({ seriesCount, line, figures }): Row => {
      const row = { name: `${seriesCount.toLocaleString('en')} series, ${line}`, figures }
      // A logarithmic axis has no place for 0.
      return seriesCount === 0 ? row : { ...row, at: seriesCount, line }
    }),
    checks: checks.filter(({ expected }) => expected > 0),
  }
}

/** What it takes of this process's time. */
function processorUs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
