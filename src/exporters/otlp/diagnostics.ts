/** What the official exporter says of an answer without making it a failure: that it was taken in part. Aggregator thread. */

/** Of what else it says, failures come to us anyway. */
const PARTIAL = /partial success/i

/** @param onPartial gets what the receiver says */
export async function listenToDiagnostics(onPartial: (text: string) => void): Promise<void> {
  // The exporters need this package, so it is there; not to find it costs a report, and nothing else.
  const api = await import('@opentelemetry/api').catch(() => undefined)
  const ignore = () => {}
  const warn = (...texts: unknown[]) => {
    const text = texts.map(String).join(' ')
    if (PARTIAL.test(text)) onPartial(text)
  }
  const logger = { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore }
  api?.diag.setLogger(logger, { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true })
}
