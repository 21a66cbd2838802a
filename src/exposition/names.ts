/** How metrics and labels are called where Prometheus' rules hold: OpenTelemetry's rules for that, and base units. Pure. */
import type { FamilyType } from './family.ts'

/** What our own units are called. Times come in seconds and percentages as ratios, whatever they were recorded in. */
const OWN_UNITS: Readonly<Record<string, string>> = {
  ns: 'seconds',
  us: 'seconds',
  ms: 'seconds',
  s: 'seconds',
  bytes: 'bytes',
  ratio: 'ratio',
  percent: 'ratio',
  celsius: 'celsius',
  hz: 'hertz',
  '1': '',
}

/** UCUM, as OpenTelemetry's instrumentation has it.
 *  @see OpenTelemetry, "Prometheus and OpenMetrics Compatibility", Metric Metadata */
const UCUM_UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tebibytes',
  KBy: 'kilobytes',
  kBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}

const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  min: 'minute',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

const VALID_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const VALID_LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/
/** What no parser takes, or what two texts would be one by: NUL, and halves of characters. */
const UNFIT_TEXT = /[\0\ud800-\udfff]/u
const UNFIT_TEXTS = /[\0\ud800-\udfff]/gu

/** A valid name, ending with the unit unless the unit is in it; without the `_total` that a counter's samples get.
 *  A name that is valid already is kept as it is; in others what is not valid becomes `_`, once for several in a row.
 *  @param unit one of our own (`ms` becomes `seconds`), or the word itself as `ucumWord` gives it
 *  @example prometheusName('http.request', 'ms', 'histogram') // http_request_seconds */
export function prometheusName(name: string, unit: string, type: FamilyType): string {
  const valid = type === 'counter' ? sanitized(name).replace(/(?<=.)_total$/, '') : sanitized(name)
  const word = unitWord(unit)
  const hasUnit = word === '' || valid.endsWith(`_${word}`) || valid.split('_').includes(word)
  return hasUnit ? valid : `${valid.replace(/_$/, '')}_${word}`
}

/** What a unit of our own is called once its values are in base units; other texts are taken for the word itself. */
export function unitWord(unit: string): string {
  if (Object.hasOwn(OWN_UNITS, unit)) return OWN_UNITS[unit]!
  return withoutAnnotations(unit)
}

/** What a unit in UCUM is called; `1` of a gauge is a ratio. Values stay as they are: `ms` are `milliseconds`. */
export function ucumWord(unit: string, type: FamilyType): string {
  const plain = unit.replace(/\{[^}]*\}/g, '').trim()
  if (plain === '1') return type === 'gauge' ? 'ratio' : ''
  const [main = '', per] = plain.split('/', 2)
  const words = [
    Object.hasOwn(UCUM_UNITS, main) ? UCUM_UNITS[main]! : main,
    ...(per === undefined || per === '' ? [] : ['per', PER_UNITS[per] ?? per]),
  ]
  return withoutAnnotations(words.join('_'))
}

/** A valid label name. One that begins with `__` would be Prometheus' own. */
export function labelNameOf(name: string): string {
  if (VALID_LABEL_NAME.test(name)) return name
  const valid = name.replace(/[^a-zA-Z0-9_]+/g, '_').replace(/_{2,}/g, '_')
  return /^[a-zA-Z_]/.test(valid) ? valid : `key_${valid}`
}

/** A label value or help that every parser takes: NUL and lone surrogates become U+FFFD. */
export function cleanText(text: string): string {
  return UNFIT_TEXT.test(text) ? text.replace(UNFIT_TEXTS, '\ufffd') : text
}

function sanitized(name: string): string {
  if (VALID_NAME.test(name)) return name
  const valid = name
    .replace(/[^a-zA-Z0-9_:]+/g, '_')
    .replace(/_{2,}/g, '_')
    .replace(/(?<=.)_$/, '')
  return /^[a-zA-Z_:]/.test(valid) ? valid : `_${valid}`
}

function withoutAnnotations(unit: string): string {
  return unit
    .replace(/\{[^}]*\}/g, '')
    .replace(/[^a-zA-Z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/_{2,}/g, '_')
}
