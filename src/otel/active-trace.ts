/** The trace that a measurement belongs to: of the context it is recorded with, or else of the active one. Hot path. */
import type * as api from '@opentelemetry/api'

/** TraceFlags.SAMPLED of @opentelemetry/api. */
const SAMPLED = 1

/** One for all instruments of a provider. */
export class ActiveTrace {
  #api: Pick<typeof api, 'trace' | 'context'> | undefined

  #isAskedFor = false

  /** Loads the package, which whoever sets a global meter provider has anyway: called with the first instrument that names
   *  traces. Until it is there, a turn later or two, none is found. */
  load(): void {
    if (this.#isAskedFor) return
    this.#isAskedFor = true
    import('@opentelemetry/api').then(
      loaded => {
        this.#api = loaded
      },
      () => {},
    )
  }

  /** The span that is sampled: of another nobody keeps a trace to look at. Never throws, and allocates nothing of its own. */
  sampled(context: api.Context | undefined): api.SpanContext | undefined {
    const loaded = this.#api
    if (loaded === undefined) return undefined
    try {
      const span = loaded.trace.getSpanContext(context ?? loaded.context.active())
      return span !== undefined && (span.traceFlags & SAMPLED) !== 0 ? span : undefined
    } catch {
      // A context manager or span of somebody else's.
      return undefined
    }
  }
}
