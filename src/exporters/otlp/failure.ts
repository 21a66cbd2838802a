/** Why something did not arrive, as few kinds: the `reason` of offloop_export_failures, and whether another try may help. Pure. */
import { reasonOf } from '../../shared/limited-log.ts'
import type { FailureReason } from '../export-metrics.ts'

export interface Failure {
  readonly reason: FailureReason
  /** One line. */
  readonly text: string
  /** The peer takes nothing now, and may later: there is no use in sending it more at once. */
  readonly isPeerDown: boolean
}

/** gRPC's status codes. @see grpc.io, "Status codes and their use in gRPC" */
const GRPC_REASONS: Readonly<Record<number, FailureReason>> = {
  1: 'unreachable',
  4: 'timeout',
  7: 'unauthorized',
  8: 'busy',
  10: 'busy',
  14: 'unreachable',
  16: 'unauthorized',
}
const TEXT_LENGTH_MAX = 300
const LASTING: readonly FailureReason[] = ['rejected', 'too_large', 'partial', 'internal']

export function failure(reason: FailureReason, text: string): Failure {
  return { reason, text: text.slice(0, TEXT_LENGTH_MAX), isPeerDown: !LASTING.includes(reason) }
}

/** What the official exporters hand back. */
export function failureOf(thrown: unknown, isGrpc: boolean): Failure {
  const { code, data } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    code?: unknown
    data?: unknown
  }
  const message = reasonOf(thrown)
  if (typeof code === 'number') {
    const body = typeof data === 'string' && data !== '' ? `: ${printable(data)}` : ''
    const name = isGrpc ? 'gRPC status' : 'HTTP status'
    return failure(
      isGrpc ? (GRPC_REASONS[code] ?? 'rejected') : httpReason(code),
      `${name} ${code} ${message}${body}`,
    )
  }
  // The exporter has tried 429, 502, 503 and 504 again until its time was over, and does not say which it was.
  if (/retryable status/.test(message))
    return failure('busy', 'HTTP status 429, 502, 503 or 504, also when tried again')
  if (/timed out|ETIMEDOUT/i.test(message)) return failure('timeout', message)
  if (typeof code === 'string' || /socket|connect|network/i.test(message)) {
    return failure('unreachable', message === '' ? String(code) : message)
  }
  return failure('internal', message)
}

function httpReason(code: number): FailureReason {
  if (code === 413) return 'too_large'
  if (code === 401 || code === 403) return 'unauthorized'
  if (code >= 300 && code < 400) return 'redirected'
  if (code === 429 || code === 502 || code === 503 || code === 504) return 'busy'
  return 'rejected'
}

/** A peer's text goes into our log: without what a terminal would obey. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').trim()
}
