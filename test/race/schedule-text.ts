/** A schedule in words: what each thread did, in order, up to where a promise was broken. */
import type { State } from './explorer.ts'
import { isWriting, type Location } from './model-memory.ts'
import type { Facts, ThreadNode } from './thread-tree.ts'

export function describeSchedule(
  { reason, state }: { reason: string; state: State },
  nameLocation: (location: Location) => string,
): string {
  const lines: string[] = []
  for (let at: State = state; at.before !== undefined; at = at.before) {
    const isProducers = at.producer !== at.before.producer
    lines.push(
      isProducers
        ? `  producer    ${describeAccess(at.producer, nameLocation)}`
        : `  aggregator  ${describeAccess(at.aggregator, nameLocation)}`,
    )
  }
  return [reason, ...lines.reverse()].join('\n')
}

function describeAccess<F extends Facts>(
  { access, result }: ThreadNode<F>,
  nameLocation: (location: Location) => string,
): string {
  if (access === undefined) return ''
  if (typeof result === 'symbol') return 'dies'
  const value = isWriting(access) ? access.value : result
  const shown = value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value)
  return `${access.kind} ${nameLocation(access.location)} ${isWriting(access) ? '=' : '→'} ${shown}`
}
