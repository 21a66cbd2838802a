/** What the creating thread tells the aggregator without waiting for an answer. It leaves at once, so it takes effect
 *  though that thread blocks next, and in the order it was told. Types only. */
import type { MessagePort } from 'node:worker_threads'
import type { SLODefinition } from './slo/definition.ts'

/** Travels on the control port, beside comlink's calls. */
export type CreatorMessage =
  | { readonly type: 'add-slo'; readonly sloId: number; readonly definition: SLODefinition }
  | { readonly type: 'remove-slo'; readonly sloId: number }
  /** Frames go to `port` from now on. `credits` is where its reader counts what it has taken. */
  | { readonly type: 'open-bus'; readonly port: MessagePort; readonly credits: SharedArrayBuffer }
