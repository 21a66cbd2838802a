/** The extension that renders what is scraped: for `telemetry.scrape()`, and by HTTP where that is asked for. Aggregator
 *  thread. */
import type { Extension, ExtensionHost, ExtensionInfo } from '../../shared/extension/extension.ts'
import type { ResolvedHttpOptions } from '../../shared/http-options.ts'
import { Exposition } from './exposition.ts'
import { CONTENT_TYPES, formatFor } from './formats.ts'

/** What it is asked by `telemetry.scrape()`. */
export interface ScrapeQuestion {
  readonly accept?: string | undefined
}

export interface ScrapeAnswer {
  readonly contentType: string
  readonly body: string
}

export interface PrometheusExtension extends Extension {
  answer(question: unknown): Promise<ScrapeAnswer>
}

/** @param options `{ http: ResolvedHttpOptions }`; without, there is no server
 *  @param previous where the server of an aggregator that died was found: it is found there again
 *  @throws TelemetryError OFFLOOP_HTTP_LISTEN */
export async function start(
  host: ExtensionHost,
  options: unknown,
  previous?: ExtensionInfo | undefined,
): Promise<PrometheusExtension> {
  const { http } = (options ?? {}) as { http?: ResolvedHttpOptions | undefined }
  const exposition = new Exposition(host, http?.quantiles ?? [])
  const answer = (question: unknown) => scrape(exposition, question)
  if (http === undefined) return { answer, close: () => {} }
  // Whoever does not serve need not load what serving takes.
  const { startServer } = await import('./server.ts')
  const server = await startServer(host, exposition, http, previous)
  return { info: server.info, answer, close: () => server.close() }
}

/** Texts only: what is answered here is a string. */
async function scrape(exposition: Exposition, question: unknown): Promise<ScrapeAnswer> {
  const { accept } = (question ?? {}) as ScrapeQuestion
  const wanted = formatFor(typeof accept === 'string' ? accept : undefined)
  const format = wanted === 'protobuf' ? 'openmetrics' : wanted
  const { parts } = await exposition.render(format)
  return { contentType: CONTENT_TYPES[format], body: Buffer.concat(parts).toString() }
}
