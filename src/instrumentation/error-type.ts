/** Errors as a label: what kind, and never what they say. Pure. */

const LABEL = /^[A-Za-z_$][\w$.]{0,60}$/

/** Code of an error, or else the name of its kind: `ECONNREFUSED`, `AbortError`.
 *  @see OpenTelemetry semantic conventions, error.type */
export function errorType(error: unknown): string {
  const { code, name } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown
    name?: unknown
  }
  // A DOMException's code is a number, and says less than its name.
  if (typeof code === 'string' && LABEL.test(code)) return code
  return typeof name === 'string' && LABEL.test(name) ? name : '_OTHER'
}
