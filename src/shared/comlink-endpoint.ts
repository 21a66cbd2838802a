/** Node's ports and channels, as comlink wants its endpoints. Both sides of a control connection use it. */
import type { Endpoint } from 'comlink'

/** What MessagePort and BroadcastChannel of `node:worker_threads` have in common: both are event targets there. */
export interface ControlEndpoint {
  postMessage(message: unknown, transfer?: readonly unknown[]): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  removeEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  start?(): void
  close(): void
  ref(): void
  unref(): void
}

/** The types of comlink are the browser's: the shapes are the same, their names are not. */
export function toComlink(endpoint: ControlEndpoint): Endpoint {
  return endpoint as unknown as Endpoint
}
