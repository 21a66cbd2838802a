/** How an answer is written: as fast as the client reads, and no longer than it may take. Aggregator thread. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly parts: readonly Buffer[]
}

export function textAnswer(status: number, text: string, headers: OutgoingHttpHeaders = {}): Answer {
  return bodyAnswer(status, 'text/plain; charset=utf-8', `${text}\n`, headers)
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return bodyAnswer(status, 'application/json', `${JSON.stringify(value)}\n`)
}

/** Resolves once it is sent, or the client is gone or took too long. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, parts }: Answer,
  timeoutMs: number,
): Promise<void> {
  const byteLength = parts.reduce((bytes, part) => bytes + part.length, 0)
  response.writeHead(status, {
    ...headers,
    'Content-Length': byteLength,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // What else it sends is not read.
    ...(hasBody(request) ? { Connection: 'close' } : {}),
  })
  const timer = setTimeout(() => response.destroy(), timeoutMs)
  try {
    if (request.method === 'HEAD') response.end()
    else await pipeline(Readable.from(parts, { objectMode: false }), response)
  } catch {
    // The client has left.
  } finally {
    clearTimeout(timer)
  }
}

function bodyAnswer(status: number, type: string, body: string, headers: OutgoingHttpHeaders = {}): Answer {
  return { status, headers: { ...headers, 'Content-Type': type }, parts: [Buffer.from(body)] }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
