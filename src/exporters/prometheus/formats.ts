/** Which format a client is answered in. Pure. */
import Negotiator from 'negotiator'

export type Format = 'prometheus' | 'openmetrics' | 'protobuf'

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
}

/** As clients ask for them. The first is what those get who do not care. */
const MEDIA_TYPES: Readonly<Record<string, Format>> = {
  'text/plain;version=0.0.4': 'prometheus',
  'text/plain': 'prometheus',
  'application/openmetrics-text;version=1.0.0': 'openmetrics',
  'application/openmetrics-text': 'openmetrics',
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited': 'protobuf',
}
const ACCEPT_CHARACTERS_MAX = 8_192

/** The format the client likes best. One that likes none of ours gets Prometheus' text: a scraper takes it, a person can
 *  read it.
 *  @param accept of the request */
export function formatFor(accept: string | undefined): Format {
  const negotiator = new Negotiator({ headers: { accept: accept?.slice(0, ACCEPT_CHARACTERS_MAX) || '*/*' } })
  return MEDIA_TYPES[negotiator.mediaType(Object.keys(MEDIA_TYPES)) ?? ''] ?? 'prometheus'
}

/** @param acceptEncoding of the request */
export function isGzipWanted(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false
  const headers = { 'accept-encoding': acceptEncoding.slice(0, ACCEPT_CHARACTERS_MAX) }
  return new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip'
}
