/** Finds what belongs to a set of labels, by their values, without making a key: one map for each label. Any thread. */
import { inspect } from 'node:util'
import { seriesKeyOf } from '../shared/labels.ts'
import { LABEL_VALUE_LENGTH_MAX, OVERFLOW_LABEL_VALUE } from '../shared/metric.ts'

/** Label values as they are given: whatever has a text. A label that is left out has no value. */
export type GivenLabels = Readonly<Record<string, unknown>>

/** Sets of label values that one metric tells apart on this thread; further ones share what `overflow` gives. */
export const LABEL_SETS_MAX = 10_000

type Node<Child> = Map<unknown, Node<Child> | Child>

/** Makes a child for each set of label values, at its first use. */
export class LabelIndex<Child> {
  readonly labelNames: readonly string[]
  readonly #create: (values: readonly string[], given: GivenLabels) => Child
  readonly #children = new Map<string, Child>()
  /** By the values as they were given: 200 and '200' both lead to the one child. */
  readonly #root: Node<Child> = new Map()
  #nodeCount = 0
  #overflow: Child | undefined

  constructor(
    labelNames: readonly string[],
    create: (values: readonly string[], given: GivenLabels) => Child,
  ) {
    this.labelNames = labelNames
    this.#create = create
  }

  /** The same child for the same values. Allocates nothing for values that were seen before.
   *  @throws Error for a label that the metric does not have, as prom-client does */
  child(labels: GivenLabels): Child {
    const { labelNames } = this
    for (const name in labels) if (!labelNames.includes(name)) throw unknownLabel(name, labelNames)
    let node: Node<Child> | Child | undefined = this.#root
    for (let index = 0; index < labelNames.length; index += 1) {
      node = (node as Node<Child>).get(labels[labelNames[index]!])
      if (node === undefined) return this.#add(labels)
    }
    return node === this.#root ? this.#add(labels) : (node as Child)
  }

  /** What there is for these values, if they were ever used. */
  peek(labels: GivenLabels): Child | undefined {
    return this.#children.get(seriesKeyOf(this.#valuesOf(labels)))
  }

  /** By the key of its values: see `seriesKeyOf`. */
  byKey(key: string): Child | undefined {
    return this.#children.get(key)
  }

  get all(): readonly Child[] {
    const children = [...this.#children.values()]
    return this.#overflow === undefined ? children : [...children, this.#overflow]
  }

  #valuesOf(labels: GivenLabels): readonly string[] {
    return this.labelNames.map(name => labelValueText(labels[name]))
  }

  #add(labels: GivenLabels): Child {
    const values = this.#valuesOf(labels)
    const key = seriesKeyOf(values)
    let child = this.#children.get(key)
    if (child === undefined) {
      if (this.#children.size >= LABEL_SETS_MAX) return this.#overflowChild()
      child = this.#create(values, { ...labels })
      this.#children.set(key, child)
    }
    this.#remember(labels, child)
    return child
  }

  /** Objects as label values are not kept: there may be a new one each time. */
  #remember(labels: GivenLabels, child: Child): void {
    const { labelNames } = this
    const last = labelNames.length - 1
    if (last < 0) return
    if (this.#nodeCount >= 4 * LABEL_SETS_MAX || labelNames.some(name => isObject(labels[name]))) return
    let node = this.#root
    for (let index = 0; index < last; index += 1) {
      const value = labels[labelNames[index]!]
      let next = node.get(value) as Node<Child> | undefined
      if (next === undefined) {
        next = new Map()
        node.set(value, next)
        this.#nodeCount += 1
      }
      node = next
    }
    node.set(labels[labelNames[last]!], child)
    this.#nodeCount += 1
  }

  #overflowChild(): Child {
    this.#overflow ??= this.#create(
      this.labelNames.map(() => SHARED_VALUE),
      {},
    )
    return this.#overflow
  }
}

/** Stands for all label values beyond the limit of this thread. */
const SHARED_VALUE = '_overflow_'

/** Labels from values in the order of their names, or as they are.
 *  @throws Error for another number of values than there are labels, as prom-client does */
export function labelsOfArguments(labelNames: readonly string[], given: readonly unknown[]): GivenLabels {
  const [first] = given
  if (typeof first === 'object') return (first ?? {}) as GivenLabels
  if (labelNames.length !== given.length) {
    const [values, names] = [given.join(', '), labelNames.join(', ')]
    throw new Error(
      `Invalid number of arguments (${given.length}): "${values}" for label names (${labelNames.length}): "${names}".`,
    )
  }
  return Object.fromEntries(labelNames.map((name, index) => [name, given[index]]))
}

export function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object'
}

/** What the telemetry takes as a label value: none is empty. Too long ones are cut. */
function labelValueText(value: unknown): string {
  if (value === undefined) return ''
  const text = String(value)
  if (text === OVERFLOW_LABEL_VALUE) return SHARED_VALUE
  return text.length > LABEL_VALUE_LENGTH_MAX ? text.slice(0, LABEL_VALUE_LENGTH_MAX) : text
}

function unknownLabel(name: string, labelNames: readonly string[]): Error {
  return new Error(`Added label "${name}" is not included in initial labelset: ${inspect(labelNames)}`)
}
