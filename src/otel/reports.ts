/** What the bridge has to say goes where OpenTelemetry's own messages go: its `diag`, each thing once. And what it counts. */

/** Things that are remembered as said. */
const REPORTS_MAX = 1_000

export class Reports {
  /** Measurements that cannot be recorded: NaN, infinities, what is no number, and what is negative where that cannot be. */
  valuesIgnored = 0
  readonly #said = new Set<string>()

  /** @param key what it is about: equal ones are said once */
  once(key: string, text: string): void {
    if (this.#said.has(key) || this.#said.size >= REPORTS_MAX) return
    this.#said.add(key)
    warn(text)
  }
}

/** The package is loaded with the first message: whoever sets a global meter provider has it anyway. */
function warn(text: string): void {
  import('@opentelemetry/api')
    .then(({ diag }) => diag.warn(`offloop: ${text}`))
    // The package is not there, or the application's logger throws.
    .catch(() => {})
}
