/** The settings of `offloop/register`: what each is called in the environment and in a file, what it may be, and what it is
 *  unless it is given. Pure. */
import { TelemetryError } from '../index.ts'
import { closestName } from '../shared/statistics/closest-name.ts'

export interface Settings {
  readonly service: string | undefined
  readonly disabled: boolean
  readonly http: boolean
  readonly 'http.port': number
  readonly 'http.host': string
  readonly 'http.token': string | undefined
  readonly runtime: boolean
  readonly 'measure.server': boolean
  readonly 'measure.client': boolean
  readonly slos: readonly unknown[] | undefined
  readonly buckets: readonly number[] | undefined
  readonly otlp: ExporterSetting | undefined
  readonly remoteWrite: ExporterSetting | undefined
  readonly closeOnSignals: boolean
  readonly log: 'stderr' | 'silent'
}

export type SettingName = keyof Settings

/** Options of an exporter, which checks them itself. */
export type ExporterSetting = Readonly<Record<string, unknown>> & { readonly url: string }

/** Settings, and where each that was given comes from: `OFFLOOP_HTTP_PORT`, or `offloop.json: http.port`. */
export interface GivenSettings {
  readonly settings: Settings
  readonly sources: Readonly<Record<string, string>>
}

/** Kinds of values: how a text of the environment becomes one, and what is right. */
interface Kind {
  readonly fromText: (text: string) => unknown
  readonly isRight: (value: unknown) => boolean
  readonly fix: string
}

const FLAG: Kind = {
  fromText: text => FLAG_TEXTS[text.toLowerCase()] ?? text,
  isRight: value => typeof value === 'boolean',
  fix: 'give true or false (in the environment also 1 or 0)',
}
const FLAG_TEXTS: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
}
const TEXT: Kind = {
  fromText: text => text,
  isRight: value => typeof value === 'string' && value !== '',
  fix: 'give a text',
}
/** A URL, or in a file also an object with one and whatever else the exporter takes. */
const EXPORTER: Kind = {
  fromText: text => text,
  isRight: value => isWebUrl(isObject(value) ? value['url'] : value),
  fix: 'give a URL that begins with http:// or https://, or in a file an object with such a "url"',
}
const PORT: Kind = {
  fromText: text => (/^\d+$/.test(text) ? Number(text) : text),
  isRight: value => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535,
  fix: 'give a whole number from 0 (any free one) to 65535',
}
const SECONDS: Kind = {
  fromText: text => text.split(',').map(part => (part.trim() === '' ? part : Number(part))),
  isRight: value => Array.isArray(value) && value.every(bound => Number.isFinite(bound)),
  fix: 'give ascending numbers of seconds: [0.1, 0.5, 1], in the environment 0.1,0.5,1',
}
const LIST: Kind = {
  fromText: text => {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  },
  isRight: value => Array.isArray(value),
  fix: 'give a list of SLO definitions, in the environment as JSON',
}
const LOG: Kind = {
  fromText: text => text,
  isRight: value => value === 'stderr' || value === 'silent',
  fix: 'use stderr or silent',
}

/** Name in the file, name in the environment, and what it may be. The order is that of the documentation's table. */
export const SETTINGS: Readonly<Record<SettingName, { readonly env: string; readonly kind: Kind }>> = {
  service: { env: 'OFFLOOP_SERVICE', kind: TEXT },
  disabled: { env: 'OFFLOOP_DISABLED', kind: FLAG },
  http: { env: 'OFFLOOP_HTTP', kind: FLAG },
  'http.port': { env: 'OFFLOOP_HTTP_PORT', kind: PORT },
  'http.host': { env: 'OFFLOOP_HTTP_HOST', kind: TEXT },
  'http.token': { env: 'OFFLOOP_HTTP_TOKEN', kind: TEXT },
  runtime: { env: 'OFFLOOP_RUNTIME', kind: FLAG },
  'measure.server': { env: 'OFFLOOP_MEASURE_SERVER', kind: FLAG },
  'measure.client': { env: 'OFFLOOP_MEASURE_CLIENT', kind: FLAG },
  slos: { env: 'OFFLOOP_SLOS', kind: LIST },
  buckets: { env: 'OFFLOOP_BUCKETS', kind: SECONDS },
  otlp: { env: 'OFFLOOP_OTLP_URL', kind: EXPORTER },
  remoteWrite: { env: 'OFFLOOP_REMOTE_WRITE_URL', kind: EXPORTER },
  closeOnSignals: { env: 'OFFLOOP_CLOSE_ON_SIGNALS', kind: FLAG },
  log: { env: 'OFFLOOP_LOG', kind: LOG },
}

export const DEFAULTS: Settings = {
  service: undefined,
  disabled: false,
  http: true,
  'http.port': 9_464,
  'http.host': '127.0.0.1',
  'http.token': undefined,
  runtime: true,
  'measure.server': true,
  'measure.client': true,
  slos: undefined,
  buckets: undefined,
  otlp: undefined,
  remoteWrite: undefined,
  closeOnSignals: false,
  log: 'stderr',
}

/** Names the path of the file: no setting in the file itself. */
export const CONFIG_ENV = 'OFFLOOP_CONFIG'

/** Groups of the file, and the one setting that may stand for the whole of each: `"http": false`. */
const GROUPS: Readonly<Record<string, SettingName | undefined>> = { http: 'http', measure: undefined }

/** What may hold a secret. */
const SECRETS: readonly SettingName[] = ['http.token', 'otlp', 'remoteWrite']

/** Settings from the environment, which come first, and from a file.
 *  @param file its content, already parsed, and how it is called in errors
 *  @throws TelemetryError OFFLOOP_CONFIG naming the first setting that is wrong, where it stands, and what is right */
export function settingsFrom(
  env: Readonly<Record<string, string | undefined>>,
  file?: { readonly name: string; readonly content: unknown },
): GivenSettings {
  const given: Record<string, unknown> = {}
  const sources: Record<string, string> = {}
  const take = (name: SettingName, value: unknown, at: string) => {
    const { kind } = SETTINGS[name]
    // A secret is not shown, right or wrong.
    if (!kind.isRight(value)) throw wrong(at, SECRETS.includes(name) ? undefined : value, kind.fix)
    // The address alone comes from the environment: what else the file says of an exporter stays.
    const isAddress = kind === EXPORTER && name in given
    given[name] = kind === EXPORTER ? exporterSetting(given[name], value) : value
    sources[isAddress ? `${name}.url` : name] = at
  }
  if (file !== undefined) {
    for (const [path, value] of flattened(file.name, file.content)) take(path, value, `${file.name}: ${path}`)
  }
  const otelService = env['OTEL_SERVICE_NAME']
  if (otelService) take('service', otelService, 'OTEL_SERVICE_NAME')
  for (const [name, { env: variable, kind }] of Object.entries(SETTINGS)) {
    const text = env[variable]
    // Set to nothing is not set, as anywhere else.
    if (text) take(name as SettingName, kind.fromText(text), variable)
  }
  return { settings: { ...DEFAULTS, ...given }, sources }
}

/** Variables that look like settings and are none. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = [...Object.values(SETTINGS).map(setting => setting.env), CONFIG_ENV]
  return Object.keys(env)
    .filter(name => name.startsWith('OFFLOOP_') && !known.includes(name))
    .flatMap(name => {
      const closest = meantName(name, known)
      // What resembles none is somebody else's.
      return closest === undefined ? [] : [`offloop: ${name} is no setting; did you mean ${closest}?`]
    })
}

function flattened(fileName: string, content: unknown): [SettingName, unknown][] {
  if (!isObject(content)) throw wrong(fileName, content, 'make it a JSON object: { "service": "…" }')
  return Object.entries(content).flatMap(([key, value]): [SettingName, unknown][] => {
    const isGroup = Object.hasOwn(GROUPS, key)
    if (!isGroup) return [[checkedName(fileName, key), value]]
    const whole = GROUPS[key]
    if (isObject(value)) {
      return Object.entries(value).map(([inner, each]) => [checkedName(fileName, `${key}.${inner}`), each])
    }
    if (whole !== undefined) return [[whole, value]]
    throw wrong(`${fileName}: ${key}`, value, 'give an object')
  })
}

function checkedName(fileName: string, path: string): SettingName {
  if (Object.hasOwn(SETTINGS, path)) return path as SettingName
  const closest = meantName(path, Object.keys(SETTINGS))
  const fix =
    closest === undefined
      ? `remove it, or use one of ${Object.keys(SETTINGS).join(', ')}`
      : `did you mean "${closest}"?`
  throw wrong(`${fileName}: ${path}`, undefined, fix)
}

/** The setting whose name ends or begins as what was given: `OFFLOOP_PORT`, `port`, `OFFLOOP_OTLP`; or is spelt much like it. */
function meantName(given: string, known: readonly string[]): string | undefined {
  const words = given.replace(/^OFFLOOP_/, '')
  return (
    known.find(name => name.endsWith(`_${words}`) || name.endsWith(`.${words}`)) ??
    known.find(name => name.startsWith(`${given}_`)) ??
    closestName(given, known)
  )
}

function exporterSetting(before: unknown, value: unknown): ExporterSetting {
  const known = isObject(before) ? before : {}
  return { ...known, ...(isObject(value) ? value : { url: value }) } as ExporterSetting
}

function isWebUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(at: string, got: unknown, fix: string): TelemetryError {
  return new TelemetryError('OFFLOOP_CONFIG', { at, got, fix })
}
