/** What do runtime metrics cost: an idle process, this thread at each round of readings, and each garbage collection? */
import type { Findings, Question } from '../core/question.ts'
import { runProgram } from '../setup/run-program.ts'

/** What the idle program has in it. */
export type RuntimeVariant =
  | 'nothing'
  | 'telemetry'
  | 'runtime'
  | 'runtime-10'
  | 'runtime-100'
  | 'prom-client'

/** What the program of this name prints, idle. */
export interface RuntimeIdleCost {
  /** Of one core, all threads together. */
  readonly corePercent: number
  readonly residentBytes: number
}

/** What it prints of its rounds: medians of the time taken from this thread. */
export interface RoundCost {
  readonly roundUs: number
  readonly delayUs: number
}

/** What it prints of its collections. */
export interface CollectionCost {
  /** Of the turns after a burst, for each collection of it. */
  readonly afterUs: number
  readonly recordedCount: number
}

const IDLE: readonly { readonly variant: RuntimeVariant; readonly name: string }[] = [
  { variant: 'runtime', name: 'runtime: true (looks every 20 ms)' },
  { variant: 'runtime-10', name: 'looking every 10 ms' },
  { variant: 'runtime-100', name: 'looking every 100 ms' },
  { variant: 'telemetry', name: '(telemetry without runtime metrics)' },
  { variant: 'nothing', name: '(a process that waits)' },
  { variant: 'prom-client', name: '(prom-client collectDefaultMetrics())' },
]

export const runtime: Question = {
  name: 'runtime',
  asks: 'what do runtime metrics cost: an idle process, each round of readings, each garbage collection?',
  group: 'option',
  startsPrograms: true,
  async answer({ roundCount, onRound }) {
    const idle: Record<RuntimeVariant, RuntimeIdleCost>[] = []
    const rounds: RoundCost[] = []
    const collections: { observed: CollectionCost; bare: CollectionCost }[] = []
    for (let round = 0; round < roundCount; round += 1) {
      idle.push(await measureIdle())
      rounds.push(await measured<RoundCost>(['round']))
      const observed = await measured<CollectionCost>(['collections', 'gc'])
      collections.push({ observed, bare: await measured<CollectionCost>(['collections', 'bare']) })
      onRound()
    }
    return [
      ...idleFindings(idle),
      {
        part: "time taken from the application's thread, each time",
        unit: 'ns',
        rows: [
          { name: 'a round of readings', figures: rounds.map(({ roundUs }) => 1e3 * roundUs) },
          {
            name: 'reading the delay of the event loop',
            figures: rounds.map(({ delayUs }) => 1e3 * delayUs),
          },
          {
            name: 'a garbage collection, after it (a turn of the loop included)',
            figures: collections.map(({ observed }) => 1e3 * observed.afterUs),
          },
          {
            name: '(the same, collections not observed)',
            figures: collections.map(({ bare }) => 1e3 * bare.afterUs),
          },
        ],
        checks: [],
      },
    ]
  },
}

function idleFindings(idle: readonly Record<RuntimeVariant, RuntimeIdleCost>[]): Findings[] {
  const rowsOf = (figure: keyof RuntimeIdleCost) =>
    IDLE.map(({ variant, name }) => ({ name, figures: idle.map(costs => costs[variant][figure]) }))
  return [
    {
      part: 'an idle process: time of one core',
      unit: 'percent',
      rows: rowsOf('corePercent'),
      checks: [],
    },
    { part: 'an idle process: resident memory', unit: 'bytes', rows: rowsOf('residentBytes'), checks: [] },
  ]
}

/** Side by side: all they do is wait, and there is a core for whoever does not. */
async function measureIdle(): Promise<Record<RuntimeVariant, RuntimeIdleCost>> {
  const costs = await Promise.all(
    IDLE.map(async ({ variant }) => [variant, await measured<RuntimeIdleCost>(['idle', variant])] as const),
  )
  return Object.fromEntries(costs) as Record<RuntimeVariant, RuntimeIdleCost>
}

async function measured<Cost>(args: readonly string[]): Promise<Cost> {
  const { output } = await runProgram('runtime', { args, execArgv: ['--expose-gc'] })
  return JSON.parse(output) as Cost
}
