/** Reads what the operating system counts for the process. Aggregator thread. */
import { readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { ExtensionHost, OwnSeries } from '../../shared/extension/extension.ts'
import { PROCESS_METRICS, type ProcessMetricName } from './metrics.ts'

export class ProcessReader {
  readonly #host: ExtensionHost
  readonly #series = new Map<string, OwnSeries>()
  #cpuBefore: { readonly user: number; readonly system: number; readonly atMs: number } | undefined

  constructor(host: ExtensionHost) {
    this.#host = host
  }

  read(): void {
    this.#readUsage()
    // Read from a file: not to be had while there are no file descriptors left.
    const memoryBytes = valueOr(() => process.memoryUsage.rss())
    if (memoryBytes !== undefined) this.#record('process.memory.usage', memoryBytes)
    this.#record('process.uptime', process.uptime())
    this.#readFiles()
  }

  #readUsage(): void {
    const { userCPUTime, systemCPUTime, ...usage } = process.resourceUsage()
    const atMs = performance.now()
    const before = this.#cpuBefore
    const cpu = { user: userCPUTime, system: systemCPUTime, atMs }
    for (const mode of ['user', 'system'] as const) {
      this.#count('process.cpu.time', cpu[mode] / 1e6, { 'cpu.mode': mode })
      if (before === undefined || atMs <= before.atMs) continue
      const used = (cpu[mode] - before[mode]) / 1e3 / (atMs - before.atMs) / availableParallelism()
      this.#record('process.cpu.utilization', Math.max(0, used), { 'cpu.mode': mode })
    }
    this.#cpuBefore = cpu
    // Windows counts no such switches.
    if (process.platform !== 'win32') {
      const type = 'process.context_switch.type'
      this.#count('process.context_switches', usage.voluntaryContextSwitches, { [type]: 'voluntary' })
      this.#count('process.context_switches', usage.involuntaryContextSwitches, { [type]: 'involuntary' })
      this.#count('process.paging.faults', usage.minorPageFault, { 'system.paging.fault.type': 'minor' })
    }
    this.#count('process.paging.faults', usage.majorPageFault, { 'system.paging.fault.type': 'major' })
  }

  /** What Linux tells in files. Elsewhere, and where reading them is not allowed, these metrics are absent. */
  #readFiles(): void {
    if (process.platform !== 'linux') return
    const files = valueOr(openFileCount)
    if (files !== undefined) this.#record('process.unix.file_descriptor.count', files)
    const threads = valueOr(() => readdirSync('/proc/self/task').length)
    if (threads !== undefined) this.#record('process.thread.count', threads)
  }

  #record(name: ProcessMetricName, value: number, labels: Readonly<Record<string, string>> = {}) {
    this.#seriesOf(name, labels).record(value)
  }

  /** Brings a counter to what the system has counted. By difference to what the counter has, and not to what was read
   *  last: so the aggregator that takes a dead one's place goes on where that one's counter had come to. */
  #count(name: ProcessMetricName, total: number, labels: Readonly<Record<string, string>>): void {
    const series = this.#seriesOf(name, labels)
    series.increment(Math.max(0, total - series.total))
  }

  #seriesOf(name: ProcessMetricName, labels: Readonly<Record<string, string>>): OwnSeries {
    const key = `${name} ${Object.values(labels).join()}`
    let series = this.#series.get(key)
    if (series === undefined) {
      series = this.#host.series({ name, ...PROCESS_METRICS[name] }, labels)
      this.#series.set(key, series)
    }
    return series
  }
}

/** Since Linux 6.2 the folder says how many there are. Before, they are listed: through a descriptor of its own. */
function openFileCount(): number {
  const { size } = statSync('/proc/self/fd')
  return size > 0 ? size : readdirSync('/proc/self/fd').length - 1
}

function valueOr(read: () => number): number | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
