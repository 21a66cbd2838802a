/** `offloop dashboard`: a Grafana dashboard of a service's metrics. */
import { dashboardOf } from '../rules/dashboard.ts'
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
  notes: [
    'Grafana: Dashboards, New, Import. The data source is chosen above the dashboard.',
    'With --url it has every metric of the process, with --slos those that the SLOs name.',
    '',
    'Example:',
    '  offloop dashboard --url http://127.0.0.1:9464 --out dashboard.json',
  ],
  run: async (values, surroundings) => {
    const { slos, metrics, service } = await readSource(values, surroundings)
    const { dashboard, metricsLeftOut } = dashboardOf(slos, metrics, { service, title: values['title'] })
    write(`${JSON.stringify(dashboard, undefined, 2)}\n`, values['out'], surroundings)
    if (metricsLeftOut > 0) surroundings.err(`offloop: ${metricsLeftOut} metrics found no place\n`)
  },
}
