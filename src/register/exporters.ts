/** Loads the exporters that settings ask for. Main thread. */
import type { ExtensionSpec } from '../index.ts'
import type { Settings } from './settings.ts'

/** What makes the spec of an exporter. Entries of the package: loaded when they are asked for, and only then. */
const MAKERS = {
  otlp: { entry: '../otel/index.js', maker: 'otlpExporter' },
  remoteWrite: { entry: '../prometheus/index.js', maker: 'remoteWrite' },
} as const

/** @throws TelemetryError as their makers do */
export async function exportersOf(settings: Settings): Promise<readonly ExtensionSpec[]> {
  const specs: ExtensionSpec[] = []
  for (const [name, { entry, maker }] of Object.entries(MAKERS)) {
    const url = settings[`${name}.url` as 'otlp.url']
    if (url === undefined) continue
    // Beside this entry once both are built; a name that is put together is left alone by bundlers.
    const loaded = (await import(new URL(entry, import.meta.url).href)) as Record<
      string,
      (options: { url: string }) => ExtensionSpec
    >
    specs.push(loaded[maker]!({ url }))
  }
  return specs
}
