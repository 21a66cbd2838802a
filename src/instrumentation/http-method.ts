/** Methods of HTTP as a label: those that are known, so that nobody makes series by inventing others. Pure. */

/** @see RFC 9110, RFC 5789 */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'QUERY',
])

/** The label of a method. Upper case, as it is sent.
 *  @see OpenTelemetry semantic conventions, http.request.method */
export function methodLabel(method: string | undefined): string {
  return method !== undefined && KNOWN_METHODS.has(method) ? method : '_OTHER'
}
