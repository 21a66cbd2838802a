/** The options of `remoteWrite`: what they are, and what they are held to. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type {
  FineSettings,
  HistogramForm,
  RemoteWriteSettings,
} from '../shared/extension/remote-write-settings.ts'
import { checkKeys, numberIn, object, oneOf, optional, record, refuse, text } from './option-checks.ts'

export interface RemoteWriteOptions {
  /** Where the store takes remote writes: `http://…/api/v1/write`. */
  readonly url: string
  /** Sent along with each request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string
  /** Sent as `Authorization: Basic …`. */
  readonly basicAuth?: { readonly username: string; readonly password: string }
  /** Label `job` of all series. Default: the telemetry's service. */
  readonly job?: string
  /** Label `instance` of all series, no two processes having the same. Default: the telemetry's instance id, a UUID. */
  readonly instance?: string
  /** Further labels of all series that have none of that name. */
  readonly externalLabels?: Readonly<Record<string, string>>
  /** How histograms are sent: see HistogramForm. Default `both`. */
  readonly histograms?: HistogramForm
  /** Bounds of the form `fine`. Default: 32 in each doubling, from 1 ms to 60 s, and from 1 KiB to 1 GiB. */
  readonly fine?: Partial<FineSettings>
  /** Default 15,000. */
  readonly intervalMs?: number
  /** Longest wait for an answer, and of `push()`. Default 10,000. */
  readonly timeoutMs?: number
  /** Collections kept while the store cannot be reached; then the oldest goes. Default 20. */
  readonly maxQueue?: number
  /** Default 2,000. */
  readonly maxSamplesPerRequest?: number
  /** Whether `close()` ends all series, so that they are gone at once and not after the store's look-back. Default false. */
  readonly staleMarkers?: boolean
  /** Of the extension, in log lines and `offloop_export_…`. Default `remote-write`. */
  readonly name?: string
}

const KEYS = [
  'url',
  'headers',
  'token',
  'basicAuth',
  'job',
  'instance',
  'externalLabels',
  'histograms',
  'fine',
  'intervalMs',
  'timeoutMs',
  'maxQueue',
  'maxSamplesPerRequest',
  'staleMarkers',
  'name',
] as const satisfies readonly (keyof RemoteWriteOptions)[]

const AT = 'remoteWrite'
const FORMS: readonly HistogramForm[] = ['native', 'classic', 'both', 'fine', 'vmrange']
const FINE: FineSettings = {
  perOctave: 32,
  ranges: { seconds: [0.001, 60], bytes: [2 ** 10, 2 ** 30] },
}
/** Series of one histogram in the form `fine`. */
const FINE_BOUNDS_MAX = 2_000
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/
/** What the protocol says itself, and what is said by an option. */
const OWN_HEADERS = new Set([
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'connection',
  'host',
  'x-prometheus-remote-write-version',
])

/** @throws TelemetryError OFFLOOP_OPTION */
export function checkRemoteWrite(options: unknown): RemoteWriteSettings {
  const given = object(options, AT)
  checkKeys(given, KEYS, AT)
  const name = optional(given['name'], 'remote-write', value => text(value, `${AT}.name`))
  const { url, headers } = checkAccess(given)
  return {
    name,
    url,
    headers,
    job: optional(given['job'], undefined, value => text(value, `${AT}.job`)),
    instance: optional(given['instance'], undefined, value => text(value, `${AT}.instance`)),
    externalLabels: optional(given['externalLabels'], {}, checkLabels),
    histograms: optional(given['histograms'], 'both', value => oneOf(value, FORMS, `${AT}.histograms`)),
    fine: optional(given['fine'], FINE, checkFine),
    intervalMs: number(given, 'intervalMs', 15_000, 100, 3_600_000),
    timeoutMs: number(given, 'timeoutMs', 10_000, 100, 300_000),
    maxQueue: number(given, 'maxQueue', 20, 1, 1_000),
    maxSamplesPerRequest: number(given, 'maxSamplesPerRequest', 2_000, 1, 100_000),
    staleMarkers: optional(given['staleMarkers'], false, value =>
      oneOf(value, [true, false], `${AT}.staleMarkers`),
    ),
  }
}

function checkAccess(given: Record<string, unknown>): Pick<RemoteWriteSettings, 'url' | 'headers'> {
  const url = checkUrl(given['url'])
  const headers = checkHeaders(given['headers'] ?? {})
  const token = optional(given['token'], undefined, value => text(value, `${AT}.token`))
  const basic = optional(given['basicAuth'], undefined, checkBasicAuth)
  const ways = [token, basic, headers['authorization'], url.username === '' ? undefined : url.username]
  if (ways.filter(way => way !== undefined).length > 1) {
    refuse(AT, undefined, 'give one of token, basicAuth, headers.authorization and credentials in the url')
  }
  if (token !== undefined) headers['authorization'] = checkedHeader(`Bearer ${token}`, `${AT}.token`)
  if (basic !== undefined) headers['authorization'] = `Basic ${Buffer.from(basic).toString('base64')}`
  return { url: url.href, headers }
}

function checkUrl(value: unknown): URL {
  const at = `${AT}.url`
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // What may hold credentials is not shown: an unescaped letter in them is a common reason for being here.
    const shown = typeof value === 'string' && value.includes('@') ? undefined : value
    return refuse(at, shown, 'give an address such as http://localhost:9090/api/v1/write')
  }
  if (!isDecodable(url.username) || !isDecodable(url.password)) {
    refuse(at, undefined, 'write % as %25 in the user name and password, or give them as basicAuth')
  }
  return url
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function checkHeaders(value: unknown): Record<string, string> {
  const at = `${AT}.headers`
  const entries = Object.entries(record(value, at)).map(([given, headerValue]) => {
    const name = given.toLowerCase()
    const path = `${at}.${given}`
    if (OWN_HEADERS.has(name)) refuse(path, undefined, 'leave it out: it is set by the protocol')
    try {
      validateHeaderName(name)
    } catch {
      refuse(path, given, 'use a valid name of an HTTP header')
    }
    return [name, checkedHeader(headerValue, path)] as const
  })
  return Object.fromEntries(entries)
}

/** Not shown in the error: it may be a secret. */
function checkedHeader(value: string, at: string): string {
  try {
    validateHeaderValue('x', value)
  } catch {
    refuse(at, undefined, 'use characters that a header may have: no line breaks, nothing beyond Latin-1')
  }
  return value
}

function checkBasicAuth(value: unknown): string {
  const at = `${AT}.basicAuth`
  const given = object(value, at)
  checkKeys(given, ['username', 'password'], at)
  const username = text(given['username'], `${at}.username`)
  if (username.includes(':')) refuse(`${at}.username`, username, 'use a name without a colon')
  const { password } = given
  if (typeof password !== 'string') refuse(`${at}.password`, undefined, 'give a text')
  return `${username}:${password}`
}

function checkLabels(value: unknown): Readonly<Record<string, string>> {
  const at = `${AT}.externalLabels`
  const labels = record(value, at)
  for (const name of Object.keys(labels)) {
    if (name === 'job' || name === 'instance') refuse(`${at}.${name}`, undefined, `use the option ${name}`)
    if (LABEL_NAME.test(name)) continue
    refuse(`${at}.${name}`, name, 'use letters, digits and "_", not beginning with a digit or with "__"')
  }
  return labels
}

function checkFine(value: unknown): FineSettings {
  const at = `${AT}.fine`
  const given = object(value, at)
  checkKeys(given, ['perOctave', 'ranges'], at)
  const perOctave = optional(given['perOctave'], FINE.perOctave, one =>
    oneOf(one, [4, 8, 16, 32], `${at}.perOctave`),
  )
  const ranges = optional(given['ranges'], FINE.ranges, one => {
    const entries = Object.entries(object(one, `${at}.ranges`)).map(([unit, range]) => {
      return [unit, checkRange(range, perOctave, `${at}.ranges.${unit}`)] as const
    })
    return Object.fromEntries(entries)
  })
  return { perOctave, ranges }
}

function checkRange(range: unknown, perOctave: number, at: string): readonly [number, number] {
  const [min, max]: unknown[] = Array.isArray(range) && range.length === 2 ? range : []
  const isRange = typeof min === 'number' && typeof max === 'number' && min >= 2 ** -60 && max <= 2 ** 60
  if (!isRange || min >= max) return refuse(at, range, 'give [least, greatest] bound, both above zero')
  const boundCount = Math.ceil(Math.log2(max / min) * perOctave)
  if (boundCount <= FINE_BOUNDS_MAX) return [min, max]
  return refuse(
    at,
    range,
    `narrow it, or lower perOctave: these are ${boundCount} bounds, at most ${FINE_BOUNDS_MAX}`,
  )
}

function number(
  given: Record<string, unknown>,
  key: keyof RemoteWriteOptions,
  otherwise: number,
  min: number,
  max: number,
): number {
  return optional(given[key], otherwise, value => numberIn(value, min, max, `${AT}.${key}`))
}
