/** Whether a message is an order of the creating thread. Aggregator thread; pure. */
import { MessagePort } from 'node:worker_threads'
import type { CreatorMessage } from '../shared/creator-message.ts'
import { isSharedBuffer } from '../shared/memory/shared-buffer.ts'

/** The shape is checked; whether the objective of an `add-slo` is a good one, the monitor says. */
export function isCreatorMessage(message: unknown): message is CreatorMessage {
  if (typeof message !== 'object' || message === null) return false
  const { type, sloId, definition, port, credits } = message as Record<string, unknown>
  if (type === 'remove-slo') return isSloId(sloId)
  if (type === 'add-slo') return isSloId(sloId) && typeof definition === 'object' && definition !== null
  return type === 'open-bus' && port instanceof MessagePort && isCredits(credits)
}

function isSloId(sloId: unknown): boolean {
  return Number.isSafeInteger(sloId)
}

/** One word of shared memory. */
function isCredits(credits: unknown): boolean {
  return isSharedBuffer(credits) && credits.byteLength === 4
}
