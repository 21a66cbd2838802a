/** Loads the exporters that settings ask for. Main thread. */
import { type ExtensionSpec, TelemetryError } from '../index.ts'
import type { ExporterSetting, Settings } from './settings.ts'

/** What makes the spec of an exporter. Entries of the package: loaded when they are asked for, and only then. */
const MAKERS = [
  { setting: 'otlp', entry: '../otel/index.js', maker: 'otlpExporter' },
  { setting: 'remoteWrite', entry: '../prometheus/index.js', maker: 'remoteWrite' },
] as const

type Maker = (options: ExporterSetting) => ExtensionSpec

/** @throws TelemetryError as their makers do, naming the setting */
export async function exportersOf(settings: Settings): Promise<readonly ExtensionSpec[]> {
  const specs: ExtensionSpec[] = []
  for (const { setting, entry, maker } of MAKERS) {
    const options = settings[setting]
    if (options === undefined) continue
    // Beside this entry once both are built; an address that is put together is left alone by bundlers.
    const made = (await import(new URL(entry, import.meta.url).href)) as Readonly<Record<string, Maker>>
    try {
      specs.push(made[maker]!(options))
    } catch (error) {
      throw error instanceof TelemetryError ? named(error, setting) : error
    }
  }
  return specs
}

/** `otlpExporter.intervalMs` is the setting `otlp.intervalMs`. */
function named({ code, details }: TelemetryError, setting: string): TelemetryError {
  return new TelemetryError(code, {
    ...details,
    at: `${setting}${/\..*/s.exec(details.at ?? '')?.[0] ?? ''}`,
  })
}
