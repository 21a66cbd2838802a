/** What a remote write tells of itself: its metrics, and lines of log that cannot flood. Aggregator thread. */
import type { ExtensionHost, OwnSeries } from '../../shared/extension/extension.ts'
import type { Failure } from './attempt.ts'
import type { RequestContent } from './collection.ts'
import type { DeliveryReport } from './delivery.ts'

const LOG_INTERVAL_MS = 10_000
/** Beyond this many reasons all others are one: a store could answer with any status. */
const REASONS_MAX = 20

/** @param name of the extension
 *  @param place of the store, without credentials */
export function createReport(host: ExtensionHost, name: string, place: string): DeliveryReport {
  const exporter = { exporter: name }
  const pushes = host.series(
    {
      kind: 'counter',
      name: 'offloop_export_pushes',
      unit: '{pushes}',
      help: 'Requests with telemetry that arrived',
      labelNames: ['exporter'],
    },
    exporter,
  )
  const time = host.series(
    {
      kind: 'latency',
      name: 'offloop_export_time',
      unit: 'ms',
      help: 'Time one request with telemetry took',
      labelNames: ['exporter'],
    },
    exporter,
  )
  const dropped = host.series(
    {
      kind: 'counter',
      name: 'offloop_export_dropped',
      unit: '{samples}',
      help: 'Samples that were not sent and will not be',
      labelNames: ['exporter'],
    },
    exporter,
  )
  const failures = new Map<string, OwnSeries>()
  const failuresBy = (reason: string): OwnSeries => {
    const known = failures.get(reason)
    if (known !== undefined) return known
    if (failures.size >= REASONS_MAX && reason !== 'other') return failuresBy('other')
    const series = host.series(
      {
        kind: 'counter',
        name: 'offloop_export_failures',
        unit: '{failures}',
        help: 'Requests with telemetry that did not arrive',
        labelNames: ['exporter', 'reason'],
      },
      { ...exporter, reason },
    )
    failures.set(reason, series)
    return series
  }
  const log = limitedLog(host, line => `${name}: ${place}: ${line}`)
  return {
    attempted: durationMs => time.record(durationMs),
    delivered: () => pushes.increment(1),
    failed: ({ reason, detail }: Failure, content: RequestContent) => {
      failuresBy(reason).increment(1)
      log(reason, `${detail} (${content})`)
    },
    dropped: (figureCount, why) => {
      dropped.increment(figureCount)
      if (figureCount > 0) log('dropped', `${figureCount} samples dropped: ${why}`)
    },
  }
}

/** One line of each sort within ten seconds, with the number of those left out before it. */
function limitedLog(
  host: ExtensionHost,
  lineOf: (text: string) => string,
): (sort: string, text: string) => void {
  const sorts = new Map<string, { untilMs: number; leftOut: number }>()
  return (sort, text) => {
    const nowMs = host.now()
    const known = sorts.get(sort)
    if (known !== undefined && nowMs < known.untilMs) {
      known.leftOut += 1
      return
    }
    const leftOut = known?.leftOut ?? 0
    if (known === undefined && sorts.size >= REASONS_MAX) return
    sorts.set(sort, { untilMs: nowMs + LOG_INTERVAL_MS, leftOut: 0 })
    host.log(lineOf(leftOut === 0 ? text : `${text} (and ${leftOut} more like it since)`))
  }
}
