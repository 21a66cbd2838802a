/** The extension as the aggregator starts it, over a registry of its own, towards a receiver of the test. */
import { onTestFinished } from 'vitest'
import { start } from '../../../src/exporters/otlp/main.ts'
import type { OtlpOptions } from '../../../src/exporters/otlp/options.ts'
import { hostForTest } from '../../support/extension-host.ts'

/** Shorter than what the exporter waits before it tries again, and longer than an answer takes on a busy machine. */
const TIMEOUT_MS = 750

export async function exporting(receiver: { url: string }, options: OtlpOptions = {}, seriesCount = 1) {
  const { host, registry, lines } = hostForTest()
  registry.register({ kind: 'counter', name: 'hits', labelNames: ['n'] })
  for (let series = 0; series < seriesCount; series++) registry.record('hits', 1, { n: `${series}` })
  const extension = await start(host, {
    url: receiver.url,
    intervalMs: 3_600_000,
    timeoutMs: TIMEOUT_MS,
    ...options,
  })
  onTestFinished(() => extension.close())
  const count = (name: string, labels = {}) =>
    registry
      .metric(name)
      ?.select(labels)
      .reduce((sum, series) => sum + series.total, 0) ?? 0
  return {
    extension,
    host,
    registry,
    lines,
    count,
    failures: (reason: string) => count('offloop_export_failures', { reason }),
  }
}
