/** The series of one instrument, by attributes: found without allocating, and bound when they are new. Hot path. */
import type { Attributes } from '@opentelemetry/api'
import { type AttributeLimits, type KeySet, labelsOf } from './key-set.ts'
import type { Reports } from './reports.ts'

export interface SeriesLimits extends AttributeLimits {
  readonly cardinalityLimit: number
}

/** Binds a series of these keys: a metric is registered for each set of keys.
 *  @throws TelemetryError when offloop takes no more */
export type BindKeySet<Handle> = (keySet: KeySet) => (texts: readonly string[]) => Handle

/** Sets of keys of one instrument: each is a metric of its own, of which a registry holds 10,000. */
const KEY_SETS_MAX = 200
/** Steps from one attribute to the next that are remembered for an instrument. Beyond it finding takes longer. */
const NODES_MAX = 20_000
/** Longer texts are not kept. */
const KEPT_LENGTH_MAX = 1_024

/** @see OpenTelemetry metrics SDK, "Overflow attribute" */
const OVERFLOW: Attributes = { 'otel.metric.overflow': true }
const NO_ATTRIBUTES: Attributes = {}

/** Where the attributes seen so far lead to. Most nodes are followed by one key only, which is kept at hand. */
class Node<Handle> {
  handle: Handle | undefined = undefined
  key: string | undefined = undefined
  values: Map<unknown, Node<Handle>> | undefined = undefined
  others: Map<string, Map<unknown, Node<Handle>>> | undefined = undefined
}

export class AttributeSeries<Handle> {
  readonly #name: string
  readonly #limits: SeriesLimits
  readonly #reports: Reports
  readonly #bindKeySet: BindKeySet<Handle>
  readonly #discard: Handle
  readonly #overflows: boolean
  readonly #root = new Node<Handle>()
  readonly #handles = new Map<string, Handle>()
  readonly #keySets = new Map<string, (texts: readonly string[]) => Handle>()
  #nodeCount = 0
  #withoutAttributes: Handle | undefined
  #overflow: Handle | undefined

  /** @param options.discard takes what can be counted nowhere
   *  @param options.overflows whether there is a series for what is beyond the limit; else it is discarded */
  constructor(options: {
    name: string
    limits: SeriesLimits
    reports: Reports
    bindKeySet: BindKeySet<Handle>
    discard: Handle
    overflows: boolean
  }) {
    this.#name = options.name
    this.#limits = options.limits
    this.#reports = options.reports
    this.#bindKeySet = options.bindKeySet
    this.#discard = options.discard
    this.#overflows = options.overflows
  }

  /** Never throws. Attributes are compared by what they hold now: the same object may be used again with other values. */
  find(attributes: Attributes | undefined): Handle {
    if (attributes === undefined || attributes === null) {
      this.#withoutAttributes ??= this.#bound(NO_ATTRIBUTES)
      return this.#withoutAttributes
    }
    let node = this.#root
    for (const key in attributes) {
      const values = key === node.key ? node.values : node.others?.get(key)
      const next = values?.get(attributes[key])
      if (next === undefined) return this.#bindAndRemember(attributes)
      node = next
    }
    return node.handle ?? this.#bindAndRemember(attributes)
  }

  #bindAndRemember(attributes: Attributes): Handle {
    if (typeof attributes !== 'object') return this.find(undefined)
    const handle = this.#bound(attributes)
    if (handle !== this.#overflow && handle !== this.#discard) this.#remember(attributes, handle)
    return handle
  }

  #remember(attributes: Attributes, handle: Handle): void {
    let node = this.#root
    for (const key in attributes) {
      const value: unknown = attributes[key]
      // A list may hold something else the next time.
      if (typeof value === 'object' || (typeof value === 'string' && value.length > KEPT_LENGTH_MAX)) return
      const values = this.#valuesOf(node, key)
      let next = values.get(value)
      if (next === undefined) {
        if (this.#nodeCount >= NODES_MAX) return
        this.#nodeCount += 1
        next = new Node()
        values.set(value, next)
      }
      node = next
    }
    node.handle = handle
  }

  #valuesOf(node: Node<Handle>, key: string): Map<unknown, Node<Handle>> {
    if (node.key === undefined) {
      node.key = key
      node.values = new Map()
    }
    if (node.key === key) return node.values!
    node.others ??= new Map()
    const known = node.others.get(key)
    if (known !== undefined) return known
    const values = new Map<unknown, Node<Handle>>()
    node.others.set(key, values)
    return values
  }

  /** The handle of attributes in whatever order. */
  #bound(attributes: Attributes): Handle {
    const { keys, types, texts, leftOut } = labelsOf(attributes, this.#limits)
    if (leftOut > 0) {
      this.#report(
        'attributes',
        `attributes are left out beyond ${this.#limits.attributeCountMax} or of unusable types`,
      )
    }
    const key = JSON.stringify([keys, types, texts])
    const known = this.#handles.get(key)
    if (known !== undefined) return known
    const keySetKey = JSON.stringify([keys, types])
    const isKeySetTooMuch = this.#keySets.size >= KEY_SETS_MAX && !this.#keySets.has(keySetKey)
    // As OpenTelemetry has it, the overflow series counts as one of them.
    if (isKeySetTooMuch || this.#handles.size >= this.#limits.cardinalityLimit - 1)
      return this.#overflowHandle()
    const handle = this.#bind(keySetKey, { keys, types }, texts)
    this.#handles.set(key, handle)
    return handle
  }

  #overflowHandle(): Handle {
    this.#report(
      'cardinality',
      `more than ${this.#limits.cardinalityLimit} sets of attributes, or ${KEY_SETS_MAX} of keys; further ones ${this.#overflows ? 'are counted together, as otel.metric.overflow' : 'are left out'}`,
    )
    if (!this.#overflows) return this.#discard
    const { keys, types, texts } = labelsOf(OVERFLOW, this.#limits)
    this.#overflow ??= this.#bind(JSON.stringify([keys, types]), { keys, types }, texts)
    return this.#overflow
  }

  #bind(key: string, keySet: KeySet, texts: readonly string[]): Handle {
    try {
      let bindTexts = this.#keySets.get(key)
      if (bindTexts === undefined) {
        bindTexts = this.#bindKeySet(keySet)
        this.#keySets.set(key, bindTexts)
      }
      return bindTexts(texts)
    } catch (error) {
      this.#report('bind', `what it records is discarded: ${error instanceof Error ? error.message : error}`)
      return this.#discard
    }
  }

  #report(about: string, text: string): void {
    this.#reports.once(`${about} ${this.#name}`, `${this.#name}: ${text}`)
  }
}
