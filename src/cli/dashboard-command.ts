/** `offloop dashboard`: a Grafana dashboard of a service's metrics. */
import type { Command } from './command.ts'
import { outOption, write } from './output.ts'
import { readSource, SOURCE_OPTIONS } from './source.ts'

export const dashboardCommand: Command = {
  name: 'dashboard',
  summary: 'Makes a Grafana dashboard of the metrics and SLOs of a service',
  usage: '(--slos FILE | --url URL) [options]',
  options: [
    ...SOURCE_OPTIONS,
    outOption('dashboard.json'),
    { name: 'title', value: 'TEXT', help: 'Title of the dashboard', default: 'the name of the service' },
  ],
  notes: [],
  run: async (values, surroundings) => {
    const source = await readSource(values, surroundings)
    write(`${JSON.stringify(source, undefined, 2)}\n`, values['out'], surroundings)
  },
}
