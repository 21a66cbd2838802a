/** The SLOs in force: those from the start, and those added since, which are removed by their id. Aggregator thread. */
import type { SLODefinition } from '../shared/slo/definition.ts'
import type { SLOMonitor } from '../slo/monitor.ts'

export class AddedSlos {
  readonly #monitor: SLOMonitor
  readonly #lasting: readonly SLODefinition[]
  readonly #log: (line: string) => void
  readonly #added = new Map<number, { readonly definition: SLODefinition; readonly remove: () => void }>()

  constructor(monitor: SLOMonitor, lasting: readonly SLODefinition[], log: (line: string) => void) {
    this.#monitor = monitor
    this.#lasting = lasting
    this.#log = log
  }

  get definitions(): readonly SLODefinition[] {
    return [...this.#lasting, ...[...this.#added.values()].map(({ definition }) => definition)]
  }

  /** Judges from now on, or logs why not: whoever gave the SLO does not wait for an answer. */
  add(sloId: number, definition: SLODefinition): void {
    try {
      this.#added.set(sloId, { definition, remove: this.#monitor.add(definition) })
    } catch (error) {
      this.#log(`offloop: an SLO on ${definition.metric} was not accepted: ${String(error)}`)
    }
  }

  remove(sloId: number): void {
    this.#added.get(sloId)?.remove()
    this.#added.delete(sloId)
  }
}
