/** The metrics of the process as a whole.
 *  @see OpenTelemetry semantic conventions, process */
import type { MetricDefinition } from '../../shared/metric.ts'

export type ProcessMetricName =
  | 'process.cpu.time'
  | 'process.cpu.utilization'
  | 'process.memory.usage'
  | 'process.uptime'
  | 'process.thread.count'
  | 'process.unix.file_descriptor.count'
  | 'process.context_switches'
  | 'process.paging.faults'

const updown = { instrument: 'updown' } as const

export const PROCESS_METRICS: Readonly<Record<ProcessMetricName, Omit<MetricDefinition, 'name'>>> = {
  'process.cpu.time': {
    kind: 'counter',
    unit: 's',
    help: 'Processor time the process has used, all its threads together',
    labelNames: ['cpu.mode'],
  },
  'process.cpu.utilization': {
    kind: 'gauge',
    unit: 'ratio',
    help: 'Processor time used since the reading before, by time passed and processors available',
    labelNames: ['cpu.mode'],
  },
  'process.memory.usage': {
    kind: 'gauge',
    unit: 'bytes',
    help: 'Physical memory in use (resident set)',
    exported: updown,
  },
  'process.uptime': { kind: 'gauge', unit: 's', help: 'Time the process has been running' },
  'process.thread.count': {
    kind: 'gauge',
    unit: '{thread}',
    help: 'Threads of the process, those of Node itself included',
    exported: updown,
  },
  'process.unix.file_descriptor.count': {
    kind: 'gauge',
    unit: '{file_descriptor}',
    help: 'File descriptors in use by the process',
    exported: updown,
  },
  'process.context_switches': {
    kind: 'counter',
    unit: '{context_switch}',
    help: 'Times a thread of the process was switched away from',
    labelNames: ['process.context_switch.type'],
  },
  'process.paging.faults': {
    kind: 'counter',
    unit: '{fault}',
    help: 'Page faults of the process',
    labelNames: ['system.paging.fault.type'],
  },
}
