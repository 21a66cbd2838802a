/** What a remote write tells of itself: its metrics, and lines of log that cannot flood. Aggregator thread. */
import type { ExtensionHost } from '../../shared/extension/extension.ts'
import { createExportMetrics } from '../export-metrics.ts'
import type { DeliveryReport } from './delivery.ts'

const LOG_INTERVAL_MS = 10_000

/** @param name of the extension
 *  @param place of the store, without credentials */
export function createReport(host: ExtensionHost, name: string, place: string): DeliveryReport {
  const metrics = createExportMetrics(host, name)
  const log = limitedLog(host, `offloop: ${name} to ${place}`)
  return {
    began: () => metrics.pushes.increment(1),
    ended: durationMs => metrics.time.record(durationMs),
    failed: ({ reason, detail }, content) => {
      metrics.failed(reason)
      log(reason, `${detail} (${content})`)
    },
    dropped: (requestCount, figureCount, why) => {
      metrics.dropped.increment(requestCount)
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
