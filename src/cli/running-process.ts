/** Asks a running process for its snapshot: metrics, and SLOs in force. */
import { TelemetryError } from '../shared/errors.ts'
import type { MetricDefinition, MetricDescriptor } from '../shared/metric.ts'
import type { TelemetrySnapshot } from '../shared/snapshot.ts'
import { UsageError } from './command.ts'
import { described } from './definition-file.ts'

const TIMEOUT_MS = 10_000
const ANSWER_BYTES_MAX = 256 * 1024 * 1024

export interface RunningProcess {
  readonly service: string
  readonly slos: readonly unknown[]
  readonly metrics: readonly MetricDescriptor[]
}

/** @param address of the endpoint, with or without the path of its snapshot
 *  @throws UsageError; TelemetryError OFFLOOP_ANSWER */
export async function readProcess(address: string, token: string | undefined): Promise<RunningProcess> {
  const url = snapshotUrl(address)
  const text = await answerOf(url, token)
  const { service, metrics, sloDefinitions } = snapshotOf(text, url)
  return {
    service,
    slos: sloDefinitions,
    metrics: metrics.map(metric => described(metric as MetricDefinition)),
  }
}

function snapshotUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError({ at: '--url', got: address, fix: 'give an address such as http://127.0.0.1:9464' })
  }
  if (!url.pathname.endsWith('.json')) url.pathname = `${url.pathname.replace(/\/$/, '')}/snapshot.json`
  return url
}

async function answerOf(url: URL, token: string | undefined): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      // The token is for this address alone.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw notAnswered(url, `status ${response.status}`, FIXES[response.status] ?? NO_ENDPOINT)
    }
    return await boundedText(response, url)
  } catch (error) {
    if (error instanceof TelemetryError) throw error
    const { message, cause } = error as Error
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : message
    throw notAnswered(url, reason, 'see that the process runs with the option http, and listens there', error)
  }
}

const NO_ENDPOINT = 'give the address of a process with the option http of offloop'
const REFUSED = 'give the token of the endpoint: OFFLOOP_HTTP_TOKEN=… or --token'
const FIXES: Readonly<Record<number, string>> = { 401: REFUSED, 403: REFUSED }

async function boundedText(response: Response, url: URL): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let byteCount = 0
  for await (const chunk of response.body ?? []) {
    byteCount += chunk.byteLength
    if (byteCount > ANSWER_BYTES_MAX) throw notAnswered(url, `${byteCount} bytes and more`, NO_ENDPOINT)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function snapshotOf(
  text: string,
  url: URL,
): Pick<TelemetrySnapshot, 'service' | 'metrics' | 'sloDefinitions'> {
  let snapshot: Partial<TelemetrySnapshot> | null
  try {
    snapshot = JSON.parse(text)
  } catch {
    throw notAnswered(url, text.slice(0, 200), NO_ENDPOINT)
  }
  const { service, metrics, sloDefinitions } = snapshot ?? {}
  if (typeof service !== 'string') throw notAnswered(url, snapshot, NO_ENDPOINT)
  if (!Array.isArray(metrics) || !Array.isArray(sloDefinitions)) {
    throw notAnswered(url, 'no metrics and sloDefinitions', 'update offloop where the process runs')
  }
  return { service, metrics, sloDefinitions }
}

function notAnswered(url: URL, got: unknown, fix: string, cause?: unknown): TelemetryError {
  const at = `${url.origin}${url.pathname}`
  return new TelemetryError('OFFLOOP_ANSWER', { at, got, fix, ...(cause === undefined ? {} : { cause }) })
}
