/** When, where and with what the figures were taken, and how to take them again. Pure. */
import type { BenchResult } from '../core/report.ts'
import type { Machine } from '../machine.ts'
import { RESULT_PATHS, type ReportInputs } from './inputs.ts'
import { table } from './markdown.ts'

interface Run {
  readonly title: string
  readonly date: string
  readonly commit: string | undefined
  readonly machine: Machine
  readonly rounds: string
  readonly command: string
}

export function runsTable(inputs: ReportInputs): string {
  const runs = runsOf(inputs)
  const row = (name: string, cell: (run: Run) => string) => [name, ...runs.map(cell)]
  const columns = runs.map((_, index) => index + 1)
  return table(
    ['', ...runs.map(({ title }) => title)],
    [
      row('date', ({ date }) => date),
      ...(runs.some(({ commit }) => commit !== undefined)
        ? [row('commit (+: with changes)', ({ commit }) => commit ?? '–')]
        : []),
      row('processor', ({ machine }) => machine.cpu),
      row('cores', ({ machine }) => String(machine.cores)),
      row('load before (threads that want a core)', ({ machine }) => machine.load.toFixed(1)),
      row('system', ({ machine }) => machine.os),
      row('Node.js', ({ machine }) => machine.node),
      row('V8', ({ machine }) => machine.v8),
      row('rounds', ({ rounds }) => rounds),
    ],
    [0, ...columns],
  )
}

/** What one page shows is to be from one machine, and of the same packages.
 *  @throws RangeError where it is not */
export function checkComparable(inputs: ReportInputs): void {
  const versions = [inputs.cost?.versions, inputs.load?.versions].filter(one => one !== undefined)
  const machines = runsOf(inputs).map(({ machine: { load: _load, ...machine } }) => machine)
  for (const [what, all] of [
    ['machine', machines],
    ['package', versions],
  ] as const) {
    const names = new Set(all.flatMap(one => Object.keys(one)))
    for (const name of names) {
      const values = new Set(all.map(one => String((one as Record<string, unknown>)[name] ?? 'none')))
      if (values.size > 1)
        throw new RangeError(
          `bench/results are not of one run: ${what} ${name} is ${[...values].join(' in one, ')} in another. Take all of them again`,
        )
    }
  }
}

/** Names and versions; empty where the results do not say. */
export function versionsLine({ cost, load }: ReportInputs): string {
  const versions = Object.entries(cost?.versions ?? load?.versions ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return versions.map(([name, version]) => `${name} ${version}`).join(', ')
}

/** One for each run, and the one that makes this report. */
export function commandsOf(inputs: ReportInputs): string[] {
  return [...runsOf(inputs).map(({ command }) => command), 'npm run bench:report']
}

/** `AMD EPYC with 2 cores, Node 20.20.2` */
export function machineInShort({ cpu, cores, node }: Machine): string {
  return `${cpu} with ${cores} ${cores === 1 ? 'core' : 'cores'}, Node ${node}`
}

function runsOf({ cost, load, budgets }: ReportInputs): Run[] {
  const bench = (title: string, command: string, path: string, result: BenchResult | undefined): Run[] =>
    result === undefined
      ? []
      : [
          {
            title,
            date: result.date,
            commit: result.commit,
            machine: result.machine,
            rounds: String(result.roundCount),
            command: `${command} -- --rounds ${result.roundCount} --out ${path}`,
          },
        ]
  return [
    ...bench('cost', 'npm run bench', RESULT_PATHS.cost, cost),
    ...bench('load', 'npm run bench:load', RESULT_PATHS.load, load),
    ...(budgets === undefined
      ? []
      : [
          {
            title: 'budgets',
            date: budgets.date,
            commit: budgets.commit,
            machine: budgets.machine,
            rounds: '–',
            command: `npm run bench:budgets -- --out ${RESULT_PATHS.budgets}`,
          },
        ]),
  ]
}
