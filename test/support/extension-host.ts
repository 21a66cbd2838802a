/** A host for extensions under test, over a registry of their own: what the aggregator would lend them. */
import { createClock } from '../../src/shared/clock.ts'
import { DEFAULT_BUCKETS_SECONDS } from '../../src/shared/export-hints.ts'
import type { ExtensionHost } from '../../src/shared/extension/extension.ts'
import type { TelemetrySnapshot } from '../../src/shared/snapshot.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { createExtensionHost, type HostedAggregator } from '../../src/worker/extension-host.ts'

/** @param overrides whatever the test is about */
export function hostForTest(overrides: Partial<HostedAggregator> = {}): {
  host: ExtensionHost
  registry: MetricRegistry
  lines: string[]
} {
  const clock = createClock()
  const registry =
    overrides.registry ?? new MetricRegistry({ clock, bucketsSeconds: DEFAULT_BUCKETS_SECONDS })
  const lines: string[] = []
  const host = createExtensionHost({
    registry,
    resource: {
      service: 'test',
      instanceId: '00000000-0000-4000-8000-000000000000',
      pid: process.pid,
      hostName: 'localhost',
      startTimeMs: registry.clock.originEpochMs,
      version: '0.0.0',
    },
    drain: () => {},
    exemplarsOf: () => [],
    touch: () => {},
    snapshot: () => ({ service: 'test', series: [], self: [] }) as unknown as TelemetrySnapshot,
    health: () => ({ heartbeatAgeMs: 0, uptimeMs: 0, restarts: 0 }),
    slos: () => [],
    sloStatuses: () => [],
    log: line => lines.push(line),
    ...overrides,
  })
  return { host, registry, lines }
}
