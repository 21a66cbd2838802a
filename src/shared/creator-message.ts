/** What the creating thread tells the aggregator without waiting for an answer. It leaves at once, so it takes effect
 *  though that thread blocks next, and in the order it was told. Types only. */
import type { BusEnd } from './aggregator-boot.ts'
import type { SLODefinition } from './slo/definition.ts'

export interface AddSloMessage {
  readonly type: 'add-slo'
  readonly sloId: number
  readonly definition: SLODefinition
}

/** Travels on the control port, beside comlink's calls. */
export type CreatorMessage =
  | AddSloMessage
  | { readonly type: 'remove-slo'; readonly sloId: number }
  /** Frames go there, too, from now on. */
  | ({ readonly type: 'open-bus' } & BusEnd)
