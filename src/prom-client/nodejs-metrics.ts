/** Default metrics of Node.js, by the names, helps, types and labels that prom-client gives them. Any thread. */
import { constants, monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import type { Place } from './default-metrics-place.ts'
import type { Aggregator } from './metric-configuration.ts'

export function eventLoopLag(place: Place): void {
  const { labels } = place
  const delays = monitorEventLoopDelay({ resolution: place.precisionMs })
  delays.enable()
  const lag = place.gauge('nodejs_eventloop_lag_seconds', 'Lag of event loop in seconds.', {
    aggregator: 'average',
    collect: () => {
      const startMs = performance.now()
      setImmediate(() => lag.set(labels, (performance.now() - startMs) / 1e3))
      for (const [gauge, read] of gauges) gauge.set(labels, read() / 1e9)
      delays.reset()
    },
  })
  const gauges = LAGS.map(([name, aggregator, help, read]) => {
    const gauge = place.gauge(`nodejs_eventloop_lag_${name}_seconds`, help, { aggregator })
    return [gauge, () => read(delays)] as const
  })
}

type Delays = ReturnType<typeof monitorEventLoopDelay>

const LAGS: readonly (readonly [name: string, Aggregator, help: string, read: (delays: Delays) => number])[] =
  [
    ['min', 'min', 'The minimum recorded event loop delay.', delays => delays.min],
    ['max', 'max', 'The maximum recorded event loop delay.', delays => delays.max],
    ['mean', 'average', 'The mean of the recorded event loop delays.', delays => delays.mean],
    [
      'stddev',
      'average',
      'The standard deviation of the recorded event loop delays.',
      delays => delays.stddev,
    ],
    [
      'p50',
      'average',
      'The 50th percentile of the recorded event loop delays.',
      delays => delays.percentile(50),
    ],
    [
      'p90',
      'average',
      'The 90th percentile of the recorded event loop delays.',
      delays => delays.percentile(90),
    ],
    [
      'p99',
      'average',
      'The 99th percentile of the recorded event loop delays.',
      delays => delays.percentile(99),
    ],
  ]

export function processResources(place: Place): void {
  const help =
    'Number of active resources that are currently keeping the event loop alive, grouped by async resource type.'
  byType(place, 'nodejs_active_resources', help, 'Total number of active resources.', () =>
    process.getActiveResourcesInfo(),
  )
}

export function processHandles(place: Place): void {
  const help = 'Number of active libuv handles grouped by handle type. Every handle type is C++ class name.'
  countObjects(place, 'nodejs_active_handles', help, 'Total number of active handles.', '_getActiveHandles')
}

export function processRequests(place: Place): void {
  const help =
    'Number of active libuv requests grouped by request type. Every request type is C++ class name.'
  countObjects(
    place,
    'nodejs_active_requests',
    help,
    'Total number of active requests.',
    '_getActiveRequests',
  )
}

/** Node has these functions still, and documents them no more. */
function countObjects(place: Place, name: string, help: string, totalHelp: string, method: string): void {
  const list = (process as unknown as Record<string, (() => object[]) | undefined>)[method]
  if (typeof list !== 'function') return
  const namesOf = () => list.call(process).map(one => one?.constructor?.name ?? '')
  byType(place, name, help, totalHelp, namesOf)
}

/** A gauge by type, and one of all. */
function byType(
  place: Place,
  name: string,
  help: string,
  totalHelp: string,
  typesNow: () => readonly string[],
): void {
  place.gauge(name, help, {
    own: ['type'],
    collect() {
      const counts = new Map<string, number>()
      for (const type of typesNow()) counts.set(type, (counts.get(type) ?? 0) + 1)
      counts.delete('')
      this.reset()
      for (const [type, count] of counts) this.set({ type, ...place.labels }, count)
    },
  })
  place.gauge(`${name}_total`, totalHelp, {
    collect() {
      this.set(place.labels, typesNow().length)
    },
  })
}

export function heapSizeAndUsed(place: Place): void {
  const { labels } = place
  const total = place.gauge('nodejs_heap_size_total_bytes', 'Process heap size from Node.js in bytes.', {
    collect: () => {
      const { heapTotal, heapUsed, external } = process.memoryUsage()
      total.set(labels, heapTotal)
      used.set(labels, heapUsed)
      outside.set(labels, external)
    },
  })
  const used = place.gauge('nodejs_heap_size_used_bytes', 'Process heap size used from Node.js in bytes.')
  const outside = place.gauge('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.')
}

export function heapSpacesSizeAndUsed(place: Place): void {
  const gaugeOf = (what: string, collect?: () => void) =>
    place.gauge(
      `nodejs_heap_space_size_${what}_bytes`,
      `Process heap space size ${what} from Node.js in bytes.`,
      { own: ['space'], ...(collect === undefined ? {} : { collect }) },
    )
  const total = gaugeOf('total', () => {
    for (const found of getHeapSpaceStatistics()) {
      const labels = { space: found.space_name.replace(/_space.*$/, ''), ...place.labels }
      total.set(labels, found.space_size)
      used.set(labels, found.space_used_size)
      available.set(labels, found.space_available_size)
    }
  })
  const used = gaugeOf('used')
  const available = gaugeOf('available')
}

export function version(place: Place): void {
  const [major = '', minor = '', patch = ''] = process.version.slice(1).split('.')
  place.gauge('nodejs_version_info', 'Node.js version info.', {
    own: ['version', 'major', 'minor', 'patch'],
    aggregator: 'first',
    collect() {
      this.set({ version: process.version, major, minor, patch, ...place.labels }, 1)
    },
  })
}

export function gc(place: Place): void {
  const help = 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.'
  const buckets = place.gcDurationBuckets
  const durations = place.histogram('nodejs_gc_duration_seconds', help, { own: ['kind'], buckets })
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries() as GcEntry[]) {
      const kind = GC_KINDS.get(entry.detail?.kind) ?? 'unknown'
      durations.observe({ kind, ...place.labels }, entry.duration / 1e3)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
}

type GcEntry = PerformanceEntry & { readonly detail?: { readonly kind?: number } }

const GC_KINDS: ReadonlyMap<number | undefined, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])
