/** What a remote write tells of itself: its metrics, and lines of log that cannot flood. Aggregator thread. */
import type { ExtensionHost, OwnSeries } from '../../shared/extension/extension.ts'
import type { Labels } from '../../shared/metric.ts'
import type { FailureReason } from './attempt.ts'
import type { DeliveryReport } from './delivery.ts'

const LOG_INTERVAL_MS = 10_000

/** What others export by is counted by the same metrics, told apart by `exporter`.
 *  @param name of the extension
 *  @param place of the store, without credentials */
export function createReport(host: ExtensionHost, name: string, place: string): DeliveryReport {
  const counter = (metric: string, help: string, labels: Labels) =>
    host.series(
      { kind: 'counter', name: metric, help, labelNames: Object.keys(labels) },
      { exporter: name, ...labels },
    )
  const exporter = { exporter: name }
  const pushes = counter('offloop_export_pushes', 'Pushes begun', exporter)
  const dropped = counter('offloop_export_dropped', 'Requests given up without having arrived', exporter)
  const time = host.series(
    {
      kind: 'latency',
      name: 'offloop_export_time',
      unit: 'ms',
      help: 'A push, from collecting to the last answer',
      labelNames: ['exporter'],
    },
    exporter,
  )
  const failures = new Map<FailureReason, OwnSeries>()
  const failuresFor = (reason: FailureReason): OwnSeries => {
    const known =
      failures.get(reason) ??
      counter('offloop_export_failures', 'Pushes that did not arrive whole', { exporter: name, reason })
    failures.set(reason, known)
    return known
  }
  // What cannot be registered shows now, and not when something has failed.
  failuresFor('unreachable')
  const log = limitedLog(host, `offloop: ${name} to ${place}`)
  return {
    began: () => pushes.increment(1),
    ended: durationMs => time.record(durationMs),
    failed: ({ reason, detail }, content) => {
      failuresFor(reason).increment(1)
      log(reason, `${detail} (${content})`)
    },
    dropped: (requestCount, figureCount, why) => {
      dropped.increment(requestCount)
      log('dropped', `${figureCount} ${figureCount === 1 ? 'sample' : 'samples'} dropped: ${why}`)
    },
  }
}

/** One line of each sort within ten seconds, with the number of those left out before it. */
function limitedLog(host: ExtensionHost, heading: string): (sort: string, text: string) => void {
  const sorts = new Map<string, { untilMs: number; leftOut: number }>()
  return (sort, text) => {
    const nowMs = host.now()
    const known = sorts.get(sort)
    if (known !== undefined && nowMs < known.untilMs) {
      known.leftOut += 1
      return
    }
    const leftOut = known?.leftOut ?? 0
    sorts.set(sort, { untilMs: nowMs + LOG_INTERVAL_MS, leftOut: 0 })
    host.log(`${heading}: ${text}${leftOut === 0 ? '' : ` (and ${leftOut} more like it since)`}`)
  }
}
