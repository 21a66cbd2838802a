/** The extension that pushes everything as OTLP, by OpenTelemetry's own exporters. Aggregator thread. */
import type { Extension, ExtensionHost } from '../../shared/extension/extension.ts'
import { configurationOf } from './configuration.ts'
import { listenToDiagnostics } from './diagnostics.ts'
import { loadExporter } from './official-exporter.ts'
import type { OtlpOptions } from './options.ts'
import { Pusher } from './pusher.ts'
import { resourceOf } from './resource.ts'
import { Sender } from './sender.ts'

/** Whoever closes us waits for two seconds. */
const CLOSE_TIMEOUT_MS = 1_800

/** @throws TelemetryError OFFLOOP_PEER_MISSING */
export async function start(host: ExtensionHost, given: unknown): Promise<Extension> {
  const options = given as OtlpOptions
  const configuration = configurationOf(options, process.env, line => host.log(`offloop: ${line}`))
  const source = await loadExporter(configuration)
  const sender = new Sender(source, configuration, () => host.now())
  const pusher = new Pusher(host, sender, {
    ...configuration,
    resource: resourceOf(host.resource, process.env, options.resource),
  })
  await listenToDiagnostics(
    text => pusher.partial(text),
    text => host.log(`offloop: otlp: ${configuration.endpoint}: ${text}`),
  )
  const interval = setInterval(() => pusher.pushAtInterval(), configuration.intervalMs)
  interval.unref()
  let closing: Promise<void> | undefined
  return {
    info: { otlp: { endpoint: configuration.endpoint, protocol: configuration.protocol } },
    push: () => pusher.push(),
    close: () => {
      closing ??= close()
      return closing
    },
  }

  async function close(): Promise<void> {
    clearInterval(interval)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
    })
    await Promise.race([pusher.push().catch(() => {}), late])
    clearTimeout(timer)
    sender.close()
  }
}
