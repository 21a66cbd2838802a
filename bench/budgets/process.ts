/** A process of its own for one measurement: what was compiled or kept for another cannot weigh on it. */
import { measureAggregatorThread } from './memory/aggregator-thread.ts'
import { measureRecordingThread } from './memory/recording-thread.ts'
import { measureRegistry } from './memory/registry.ts'
import { OVERHEAD_BUDGETS } from './overhead/all.ts'

const measurements: Readonly<Record<string, () => unknown>> = {
  'memory of the registry': measureRegistry,
  'memory of the recording thread': measureRecordingThread,
  'memory of the aggregator thread': measureAggregatorThread,
  ...Object.fromEntries(OVERHEAD_BUDGETS.map(({ name, measure }) => [name, measure])),
}

const measure = measurements[process.argv[2] ?? '']
if (measure === undefined || process.send === undefined)
  throw new Error('this file is started by the budgets; run: npm run bench:budgets')

process.send(await measure())
process.disconnect()
