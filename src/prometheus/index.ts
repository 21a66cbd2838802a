/** Entry `offloop/prometheus`: sends everything to a Prometheus-compatible store by remote write, off every thread of the
 *  application. */
import type { ExtensionSpec } from '../index.ts'
import { checkRemoteWrite, type RemoteWriteOptions } from './remote-write-options.ts'

export type { FineSettings, HistogramForm } from '../shared/extension/remote-write-settings.ts'
export type { ExtensionSpec, RemoteWriteOptions }

/** For `createTelemetry({ exporters: [remoteWrite({ url })] })`.
 *  @throws TelemetryError OFFLOOP_OPTION */
export function remoteWrite(options: RemoteWriteOptions): ExtensionSpec {
  const settings = checkRemoteWrite(options)
  const exporters = import.meta.url.endsWith('.ts') ? '../../dist/exporters' : '../exporters'
  return {
    name: settings.name,
    module: new URL(`${exporters}/remote-write.js`, import.meta.url).href,
    options: settings,
  }
}
