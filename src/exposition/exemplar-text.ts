/** Exemplars, as OpenMetrics shows them behind a bucket. Pure. */
import type { Exemplar } from '../shared/extension/extension.ts'
import { boundIn, labelsText, numberText } from './text-values.ts'

/** Characters of an exemplar's label names and values, all together.
 *  @see OpenMetrics 1.0.0, "Exemplars" */
const LABEL_CHARACTERS_MAX = 128

/** By index of the bucket: the latest of each.
 *  @param bounds in the metric's own unit, as exemplars are */
export function exemplarTexts(
  exemplars: readonly Exemplar[],
  bounds: readonly number[],
  divisor: number,
): ReadonlyMap<number, string> {
  const texts = new Map<number, string>()
  for (const [bucket, { value, timeMs, ...trace }] of latestByBucket(exemplars, bounds)) {
    const labels = traceLabels(trace)
    if (labels === undefined) continue
    const numbers = `${numberText(boundIn(value, divisor))} ${numberText(timeMs / 1_000)}`
    texts.set(bucket, ` # {${labelsText(labels)}} ${numbers}`)
  }
  return texts
}

export function latestByBucket(
  exemplars: readonly Exemplar[],
  bounds: readonly number[],
): ReadonlyMap<number, Exemplar> {
  const latest = new Map<number, Exemplar>()
  for (const exemplar of exemplars) {
    const found = bounds.findIndex(bound => exemplar.value <= bound)
    const bucket = found < 0 ? bounds.length : found
    const known = latest.get(bucket)
    if (known === undefined || exemplar.timeMs >= known.timeMs) latest.set(bucket, exemplar)
  }
  return latest
}

/** Undefined when they do not fit. */
export function traceLabels({
  traceId,
  spanId,
}: Pick<Exemplar, 'traceId' | 'spanId'>): (readonly [string, string])[] | undefined {
  const labels: (readonly [string, string])[] = [['trace_id', traceId]]
  if (spanId !== undefined) labels.push(['span_id', spanId])
  const characters = labels.reduce((count, [name, value]) => count + name.length + value.length, 0)
  return characters <= LABEL_CHARACTERS_MAX ? labels : undefined
}
