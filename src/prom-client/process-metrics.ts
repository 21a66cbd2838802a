/** Default metrics of the process, by the names, helps, types and labels that prom-client gives them. Any thread. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Place } from './default-metrics-place.ts'
import { nowSeconds } from './timer.ts'

export function processCpuTotal(place: Place): void {
  const { labels } = place
  let before = process.cpuUsage()
  const user = place.counter('process_cpu_user_seconds_total', 'Total user CPU time spent in seconds.', {
    collect: () => {
      const used = process.cpuUsage(before)
      before = process.cpuUsage()
      user.inc(labels, used.user / 1e6)
      system.inc(labels, used.system / 1e6)
      both.inc(labels, (used.user + used.system) / 1e6)
    },
  })
  const system = place.counter('process_cpu_system_seconds_total', 'Total system CPU time spent in seconds.')
  const both = place.counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.')
}

export function processStartTime(place: Place): void {
  const startSeconds = Math.round(nowSeconds() - process.uptime())
  place.gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', {
    aggregator: 'omit',
    collect() {
      this.set(place.labels, startSeconds)
    },
  })
}

/** Linux knows more than one figure. */
export function osMemoryHeap(place: Place): void {
  const { labels } = place
  const isLinux = process.platform === 'linux'
  const resident = place.gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', {
    collect: () => {
      if (!isLinux) return resident.set(labels, process.memoryUsage.rss())
      const status = fileText('/proc/self/status')
      const bytesOf = (field: string) =>
        1_024 * Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1])
      if (status === '') return
      resident.set(labels, bytesOf('VmRSS'))
      virtual?.set(labels, bytesOf('VmSize'))
      heap?.set(labels, bytesOf('VmData'))
    },
  })
  const virtual = isLinux
    ? place.gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.')
    : undefined
  const heap = isLinux ? place.gauge('process_heap_bytes', 'Process heap size in bytes.') : undefined
}

export function processOpenFileDescriptors(place: Place): void {
  if (process.platform !== 'linux') return
  place.gauge('process_open_fds', 'Number of open file descriptors.', {
    collect() {
      try {
        // Reading the folder has one open itself.
        this.set(place.labels, readdirSync('/proc/self/fd').length - 1)
      } catch {
        // There are none left to look with.
      }
    },
  })
}

export function processMaxFileDescriptors(place: Place): void {
  const limit = /^Max open files\s+(\d+)/m.exec(fileText('/proc/self/limits'))?.[1]
  if (limit === undefined) return
  place.gauge('process_max_fds', 'Maximum number of open file descriptors.', {
    collect() {
      this.set(place.labels, Number(limit))
    },
  })
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
