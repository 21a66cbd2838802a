/** What the server answers, path by path. Aggregator thread. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ExtensionHost, OwnSeries } from '../../shared/extension/extension.ts'
import type { ResolvedHttpOptions } from '../../shared/http-options.ts'
import type { Exposition } from './exposition.ts'
import { CONTENT_TYPES, formatFor, isGzipWanted } from './formats.ts'
import type { HeldAnswers } from './held-answers.ts'
import { hostCheck } from './host-check.ts'
import { type Answer, jsonAnswer, textAnswer } from './send-answer.ts'

const PATHS = ['/', '/metrics', '/health', '/ready', '/snapshot.json'] as const
/** Whoever watches over the process need not know the token: all these say is whether it lives. */
const OPEN_PATHS: readonly string[] = ['/health', '/ready']
const LARGE_PATHS: readonly string[] = ['/metrics', '/snapshot.json']
/** A snapshot reads every window, and nothing is drained meanwhile: no more than one in this time is made, and so few that
 *  whoever asks for them gets no more than this share of the thread. */
const SNAPSHOT_MS_MIN = 1_000
const SNAPSHOT_SHARE_MAX = 0.05

export type Path = (typeof PATHS)[number] | 'other'

export interface Routes {
  pathOf(url: string | undefined): Path
  answer(path: Path, request: IncomingMessage): Promise<Answer>
  count(path: Path, status: number): void
}

export function createRoutes(
  host: ExtensionHost,
  exposition: Exposition,
  held: HeldAnswers,
  options: ResolvedHttpOptions,
): Routes {
  const { token, heartbeatTimeoutMs } = options
  const isAllowed = tokenCheck(token)
  const isMeant = hostCheck(options)
  const snapshot = createSnapshots(host)
  const answers: Readonly<Record<Path, (request: IncomingMessage) => Answer | Promise<Answer>>> = {
    '/': () => textAnswer(200, indexText(host)),
    '/metrics': request => metrics(exposition, request),
    '/health': () => jsonAnswer(200, { status: 'ok', ...lifeOf(host) }),
    '/ready': () => ready(host, heartbeatTimeoutMs),
    '/snapshot.json': () => ({
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      parts: snapshot(),
    }),
    other: () => textAnswer(404, `not found; there are ${PATHS.join(', ')}`),
  }
  return {
    pathOf,
    count: createCounter(host),
    answer: async (path, request) => {
      const { method, headers } = request
      if (!OPEN_PATHS.includes(path) && !isMeant(headers.host)) {
        return textAnswer(
          421,
          'ask for 127.0.0.1 or localhost; other names are answered where http.token is set',
        )
      }
      if (!OPEN_PATHS.includes(path) && !isAllowed(headers.authorization)) {
        return textAnswer(401, 'give the token: Authorization: Bearer …', {
          'WWW-Authenticate': 'Bearer realm="offloop"',
        })
      }
      if (method !== 'GET' && method !== 'HEAD') {
        return textAnswer(405, 'only GET and HEAD', { Allow: 'GET, HEAD' })
      }
      if (LARGE_PATHS.includes(path) && held.isFull) {
        return textAnswer(503, 'too much waits for clients that read slowly', { 'Retry-After': '1' })
      }
      return await answers[path](request)
    },
  }
}

function pathOf(url = ''): Path {
  const path = url.replace(/^https?:\/\/[^/?]*/, '').replace(/[?#].*$/s, '')
  return PATHS.find(known => known === path) ?? 'other'
}

async function metrics(exposition: Exposition, { method, headers }: IncomingMessage): Promise<Answer> {
  const format = formatFor(headers.accept)
  // Nothing is sent that would have to be compressed.
  const isGzipped = method !== 'HEAD' && isGzipWanted(oneOf(headers['accept-encoding']))
  const shared = {
    'Content-Type': CONTENT_TYPES[format],
    Vary: 'Accept, Accept-Encoding',
    ...(isGzipped ? { 'Content-Encoding': 'gzip' } : {}),
  }
  const plain = await exposition.render(format)
  const { parts } = isGzipped ? await plain.gzipped() : plain
  return { status: 200, headers: shared, parts }
}

function oneOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join() : header
}

function ready(host: ExtensionHost, heartbeatTimeoutMs: number): Answer {
  const { heartbeatAgeMs } = host.health()
  const isReady = heartbeatAgeMs !== undefined && heartbeatAgeMs < heartbeatTimeoutMs
  return jsonAnswer(isReady ? 200 : 503, { status: isReady ? 'ready' : 'blocked', ...lifeOf(host) })
}

function lifeOf(host: ExtensionHost): Record<string, unknown> {
  const { heartbeatAgeMs, uptimeMs, restarts } = host.health()
  return {
    heartbeatAgeMs: heartbeatAgeMs === undefined ? null : Math.round(heartbeatAgeMs),
    uptimeMs: Math.round(uptimeMs),
    restarts,
  }
}

function createSnapshots(host: ExtensionHost): () => readonly Buffer[] {
  let latest: { parts: readonly Buffer[]; untilMs: number } | undefined
  return () => {
    const startMs = host.now()
    if (latest === undefined || startMs >= latest.untilMs) {
      const parts = [Buffer.from(`${JSON.stringify(host.snapshot())}\n`)]
      const endMs = host.now()
      latest = { parts, untilMs: endMs + Math.max(SNAPSHOT_MS_MIN, (endMs - startMs) / SNAPSHOT_SHARE_MAX) }
    }
    return latest.parts
  }
}

function indexText({ resource }: ExtensionHost): string {
  return [
    `offloop ${resource.version}: ${resource.service}, process ${resource.pid}`,
    '',
    '/metrics        for Prometheus: text, OpenMetrics or protobuf, as the Accept header says',
    '/health         200 while the telemetry runs',
    '/ready          200 while the application is not blocked, else 503',
    '/snapshot.json  every series with its percentiles',
  ].join('\n')
}

/** Compares digests: how long that takes says nothing of the token, nor of its length. */
function tokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true
  const digestOf = (text: string) => createHash('sha256').update(text).digest()
  const wanted = digestOf(token)
  return authorization => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    return given !== undefined && timingSafeEqual(digestOf(given), wanted)
  }
}

function createCounter(host: ExtensionHost): Routes['count'] {
  const known = new Map<string, OwnSeries>()
  const counterOf = (path: Path, status: number): OwnSeries => {
    const key = `${path} ${status}`
    const counter =
      known.get(key) ??
      host.series(
        {
          kind: 'counter',
          name: 'offloop_http_requests',
          unit: '{requests}',
          help: 'Requests to the HTTP server of the telemetry',
          labelNames: ['path', 'status'],
        },
        { path, status: String(status) },
      )
    known.set(key, counter)
    return counter
  }
  // What cannot be registered shows now, and not when somebody asks.
  counterOf('/metrics', 200)
  return (path, status) => counterOf(path, status).increment(1)
}
