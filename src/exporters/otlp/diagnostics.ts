/** What the official exporter says of an answer without making it a failure: that it was taken in part. Aggregator thread. */

/** Data points were rejected. Without any it is a word of warning. Of what else the exporter says, failures come to us anyway. */
const PARTIAL = /partial success.*"rejectedDataPoints":"?[1-9]/i
const WARNING = /partial success/i

/** @param onPartial gets what the receiver says of what it rejected
 *  @param onWarning gets what else it says */
export async function listenToDiagnostics(
  onPartial: (text: string) => void,
  onWarning: (text: string) => void,
): Promise<void> {
  // The exporters need this package, so it is there; not to find it costs a report, and nothing else.
  const api = await import('@opentelemetry/api').catch(() => undefined)
  const ignore = () => {}
  const warn = (...texts: unknown[]) => {
    const text = texts.map(String).join(' ')
    if (PARTIAL.test(text)) onPartial(text)
    else if (WARNING.test(text)) onWarning(text)
  }
  const logger = { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore }
  api?.diag.setLogger(logger, { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true })
}
