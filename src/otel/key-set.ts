/** Attributes as labels: in one order, as texts, within limits. Pure. */
import type { Attributes } from '@opentelemetry/api'
import type { ExportHints } from '../shared/export-hints.ts'

type LabelType = NonNullable<ExportHints['labelTypes']>[number]

export interface AttributeLimits {
  readonly attributeCountMax: number
  readonly attributeValueLengthMax: number
}

/** The keys of a set of attributes, and whether their values are texts: what a metric is registered for. */
export interface KeySet {
  readonly keys: readonly string[]
  readonly types: readonly LabelType[]
}

export interface LabelledAttributes extends KeySet {
  /** One for each key. */
  readonly texts: readonly string[]
  /** Attributes that were left out: too many, or of a type that attributes cannot have. */
  readonly leftOut: number
}

const KEY_LENGTH_MAX = 255
const LABEL_NAME_LENGTH_MAX = 90

/** Sorted by key, so that the order in which attributes are given makes no difference. */
export function labelsOf(attributes: Attributes, limits: AttributeLimits): LabelledAttributes {
  const keys: string[] = []
  const types: LabelType[] = []
  const texts: string[] = []
  let leftOut = 0
  // Inherited ones as well: series are found by what this goes through.
  const given: string[] = []
  for (const key in attributes) given.push(key)
  for (const key of given.sort()) {
    const value: unknown = attributes[key]
    if (value === undefined || value === null) continue
    const isString = typeof value === 'string'
    const text = isString ? value : jsonOf(value)
    if (
      text === undefined ||
      key === '' ||
      key.length > KEY_LENGTH_MAX ||
      keys.length === limits.attributeCountMax
    ) {
      leftOut += 1
      continue
    }
    const isWhole = text.length <= limits.attributeValueLengthMax
    keys.push(key)
    texts.push(isWhole ? text : text.slice(0, limits.attributeValueLengthMax))
    // JSON that is cut off is none.
    types.push(isString || !isWhole ? 'string' : 'json')
  }
  return { keys, types, texts, leftOut }
}

/** Label names that offloop takes, one for each key. */
export function labelNamesOf(keys: readonly string[]): readonly string[] {
  const labelNames: string[] = []
  for (const key of keys) {
    const cleaned = key.replace(/[^a-zA-Z0-9_.]/g, '_').slice(0, LABEL_NAME_LENGTH_MAX)
    const valid = /^[a-zA-Z_]/.test(cleaned) && cleaned !== '__proto__' ? cleaned : `x${cleaned}`
    let labelName = valid
    for (let copy = 2; labelNames.includes(labelName); copy++) labelName = `${valid}_${copy}`
    labelNames.push(labelName)
  }
  return labelNames
}

/** Of numbers, booleans and lists of such. Undefined for what no attribute can be. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return Number.isNaN(value) || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
      ? `"${value}"`
      : String(value)
  }
  return Array.isArray(value) && value.every(isPlain) ? JSON.stringify(value) : undefined
}

function isPlain(value: unknown): boolean {
  return value === null || value === undefined || ['string', 'number', 'boolean'].includes(typeof value)
}
