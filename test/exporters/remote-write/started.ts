/** The extension as the aggregator starts it, over a registry of its own, towards a store of the test. */
import { onTestFinished } from 'vitest'
import { start } from '../../../src/exporters/remote-write/main.ts'
import { type RemoteWriteOptions, remoteWrite } from '../../../src/prometheus/index.ts'
import type { ExtensionInfo } from '../../../src/shared/extension/extension.ts'
import type { Labels } from '../../../src/shared/metric.ts'
import { hostForTest } from '../../support/extension-host.ts'

/** It sends when it is told to, unless the options say how often. */
export function startRemoteWrite(
  options: RemoteWriteOptions,
  previous?: ExtensionInfo,
  overrides: Parameters<typeof hostForTest>[0] = {},
) {
  const { host, registry, lines } = hostForTest(overrides)
  const settings = remoteWrite({ intervalMs: 3_600_000, instance: 'a:1', ...options }).options
  const extension = start(host, settings, previous)
  onTestFinished(async () => {
    await extension.close()
  })
  /** What one of its own counters says. */
  const own = (name: string, labels: Labels = {}): number => {
    const exporter = options.name ?? 'remote-write'
    const all = { exporter, ...labels }
    const metric = { kind: 'counter', name: `offloop_export_${name}`, labelNames: Object.keys(all) } as const
    return host.series(metric, all).total
  }
  return { extension, host, registry, lines, own }
}
