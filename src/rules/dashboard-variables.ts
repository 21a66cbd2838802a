/** What is chosen above a dashboard: the data source, the job, and its instances. Pure. */
import { DATASOURCE } from './panel-grid.ts'

/** Whatever else there is or not, this metric of the pipeline is there. */
const ALWAYS = 'offloop_samples_lost_total'

const DATASOURCE_VARIABLE = {
  name: 'DS_PROMETHEUS',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: {},
  options: [],
  hide: 0,
  refresh: 1,
  regex: '',
  multi: false,
  includeAll: false,
}

export const VARIABLES: readonly unknown[] = [
  DATASOURCE_VARIABLE,
  queryVariable('job', 'Job', `label_values(${ALWAYS}, job)`),
  queryVariable('instance', 'Instance', `label_values(${ALWAYS}{job=~"$job"}, instance)`),
]

function queryVariable(name: string, label: string, query: string): unknown {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: `variable-${name}` },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
    options: [],
    hide: 0,
    regex: '',
  }
}
