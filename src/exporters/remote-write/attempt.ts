/** One HTTP request to the store, and what came of it. Aggregator thread; bounded in time and in what it reads. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { reasonOf } from '../../shared/limited-log.ts'
import type { FailureReason } from '../export-metrics.ts'
import { retryAfterMsOf } from './retry-after.ts'

/** What came of a request. None of these is an exception. */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** The store may take it another time. */
  | ({
      readonly kind: 'failed'
      readonly retryAfterMs: number | undefined
      /** Whether it has answered that something is wrong, but not that it is busy. */
      readonly isAnswer: boolean
    } & Failure)
  /** The store will never take it. */
  | ({ readonly kind: 'refused' } & Failure)

export interface Failure {
  readonly reason: FailureReason
  /** For people: one line. */
  readonly detail: string
}

export interface Sender {
  send(body: Uint8Array, signal: AbortSignal): Promise<Outcome>
  close(): void
}

const SOCKETS_MAX = 10
/** An answer says why in its first line; the rest is not read. */
const ANSWER_BYTES_MAX = 4_096
const LINE_LENGTH_MAX = 200
const KEPT_CONNECTION_ENDED: unique symbol = Symbol('kept connection ended')
/** What Prometheus says, with status 500, when it was not told to take them. */
const NO_HISTOGRAMS = /native histograms are disabled/i
const CONNECTION_ENDED = new Set(['ECONNRESET', 'EPIPE'])

/** @param headers complete but for the length
 *  @param nowMs Unix time, for a Retry-After that is a date */
export function createSender(
  url: URL,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
  nowMs: () => number,
): Sender {
  const isSecure = url.protocol === 'https:'
  const agentOptions = { keepAlive: true, maxSockets: SOCKETS_MAX, maxFreeSockets: 2 }
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions)
  const request = isSecure ? httpsRequest : httpRequest
  const sendOnce = (body: Uint8Array, signal: AbortSignal) =>
    new Promise<Outcome | typeof KEPT_CONNECTION_ENDED>(resolve => {
      const options = {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': body.length },
        signal,
      }
      const sent = request(url, options)
      // Covers it all, the answer's body too: a socket's own time-out starts anew with each byte.
      const deadline = setTimeout(() => {
        resolve(failed('timeout', `no answer within ${timeoutMs} ms`))
        sent.destroy()
      }, timeoutMs)
      let isAnswered = false
      sent.on('response', async response => {
        isAnswered = true
        const status = response.statusCode ?? 0
        // The rest need not be waited for.
        if (isSuccess(status)) resolve({ kind: 'delivered' })
        resolve(outcomeOf(status, await firstLineOf(response), response, nowMs()))
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isKeptOne = sent.reusedSocket && CONNECTION_ENDED.has(error.code ?? '')
        resolve(isKeptOne ? KEPT_CONNECTION_ENDED : failureOf(error))
      })
      sent.on('close', () => {
        clearTimeout(deadline)
        if (!isAnswered) resolve(failed('unreachable', 'the connection ended'))
      })
      sent.end(body)
    })
  const send = async (body: Uint8Array, signal: AbortSignal): Promise<Outcome> => {
    try {
      return await sendWithin(body, signal)
    } catch (error) {
      // Not even begun: Node takes neither the address nor the headers.
      return { kind: 'refused', reason: 'rejected', detail: `it cannot be sent: ${reasonOf(error)}` }
    }
  }
  const sendWithin = async (body: Uint8Array, signal: AbortSignal): Promise<Outcome> => {
    // The store has closed a connection just when it was used again. Nothing is wrong, and a new one will do.
    for (let attempt = 0; attempt < agentOptions.maxFreeSockets; attempt++) {
      const outcome = await sendOnce(body, signal)
      if (outcome !== KEPT_CONNECTION_ENDED) return outcome
    }
    const outcome = await sendOnce(body, signal)
    return outcome === KEPT_CONNECTION_ENDED ? failed('unreachable', 'the connection ended') : outcome
  }
  return { send, close: () => agent.destroy() }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function outcomeOf(status: number, line: string, { headers }: IncomingMessage, nowMs: number): Outcome {
  const reason = reasonOfStatus(status)
  if (reason === 'redirected') {
    const to = typeof headers.location === 'string' ? ` to ${oneLine(headers.location)}` : ''
    return {
      kind: 'refused',
      reason,
      detail: `it answered ${status}, a redirect${to}, and these are not followed`,
    }
  }
  const failure = { reason, detail: `it answered ${status}${line === '' ? '' : `: ${line}`}` }
  const isAnswer = reason === 'failing'
  if (reason !== 'busy' && !(isAnswer && !NO_HISTOGRAMS.test(line))) return { kind: 'refused', ...failure }
  const retryAfterMs = retryAfterMsOf(headers['retry-after'], nowMs)
  return { kind: 'failed', ...failure, retryAfterMs, isAnswer }
}

function reasonOfStatus(status: number): FailureReason {
  if (status === 429 || status === 502 || status === 503 || status === 504) return 'busy'
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 413) return 'too_large'
  if (status >= 500) return 'failing'
  return status >= 300 && status < 400 ? 'redirected' : 'rejected'
}

function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, LINE_LENGTH_MAX)
}

/** Resolves with what is there when the answer ends, breaks off or becomes too long. A connection whose answer was not
 *  read to its end is given up. */
function firstLineOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let byteCount = 0
  return new Promise(resolve => {
    const finish = () => {
      const [line = ''] = Buffer.concat(chunks).toString('utf8').trim().split('\n', 1)
      resolve(oneLine(line))
    }
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      byteCount += chunk.length
      if (byteCount > ANSWER_BYTES_MAX) response.destroy()
    })
    response.on('error', finish)
    response.on('close', finish)
  })
}

function failureOf(error: NodeJS.ErrnoException): Outcome {
  // Node's HTTP parser: what came is no HTTP.
  const isGarbage = error.code?.startsWith('HPE_') === true
  if (isGarbage) return failed('garbage', 'what it answered is no HTTP')
  return failed('unreachable', error.message || (error.code ?? 'no connection'))
}

function failed(reason: FailureReason, detail: string): Outcome {
  return { kind: 'failed', reason, detail, retryAfterMs: undefined, isAnswer: false }
}
