/** Objectives on a histogram, as PromQL. A percentile against a bound of the histogram is a share of samples, which the
 *  buckets tell exactly; against any other threshold it is estimated within a bucket. Pure. */
import type { Indicator, Verdict } from './indicator.ts'
import { boundTexts, inBaseUnit, namePart } from './promql.ts'
import type { Question } from './question.ts'

export function distributionIndicator(question: Question): Indicator | Verdict {
  const { statistic } = question.slo.objective
  const percent = percentOf(statistic)
  if (percent !== undefined) return rankedIndicator(question, percent)
  if (statistic === 'avg') return meanIndicator(question)
  if (statistic === 'rate') return rateIndicator(question)
  if (statistic === 'value') return verdict('a histogram does not show the latest value')
  if (!question.hasWindow) {
    return verdict(
      `the ${statistic} is of the last samples, however long they took: give the objective a window`,
    )
  }
  return increaseIndicator(question, statistic === 'sum' ? 'sum' : 'count')
}

/** The rank that is judged, in percent: the least sample has rank 0, the greatest rank 100. */
function percentOf(statistic: string): number | undefined {
  if (statistic === 'min') return 0
  if (statistic === 'max') return 100
  return statistic.startsWith('p') ? Number(statistic.slice(1)) : undefined
}

function rankedIndicator(question: Question, percent: number): Indicator | Verdict {
  const { exposedThreshold, metric } = question
  if (metric.bounds?.includes(exposedThreshold)) return shareIndicator(question, percent)
  if (percent === 0 || percent === 100) {
    return verdict('buckets do not show extremes: give the metric a bucket that ends at the threshold')
  }
  const greatest = metric.bounds?.at(-1)
  if (greatest !== undefined && exposedThreshold > greatest) {
    return verdict(`no bucket of the metric reaches the threshold: give it one that ends there`)
  }
  return quantileIndicator(question, percent)
}

/** Nearest-rank: `pQ <= t` is that at least Q percent of the samples are up to t, so at most 100 − Q percent above it. */
function shareIndicator(question: Question, percent: number): Indicator {
  const { isUpper, metric, range, slo } = question
  const isAbove = percent === 100 || (percent !== 0 && isUpper)
  const counts = question.rate(question.samples('_count'))
  const upTo = question.rate(question.samples('_bucket', [['le', boundTexts(question.exposedThreshold)]]))
  // Taken off series by series: where nothing is above, that is 0 exactly, in whatever order the sum is taken.
  const part = isAbove ? `${counts} - ignoring (le) ${upTo}` : upTo
  const share = `${question.sum(part)} / ${question.sum(counts)}`
  const where = isAbove ? 'above' : 'up to'
  const threshold = thresholdText(question)
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, `${namePart(`${where}_${threshold}`)}_ratio_rate${range}`),
    // A share that is right at the limit is not to be over it by the last digit of a division: it is rounded. Prometheus
    // does so by way of 1 / 1e-10, which is a whole number, other than 1 / 1e-9. All or nothing needs no help.
    expr: percent === 0 || percent === 100 ? share : `round(${share}, 1e-10)`,
    violation: shareViolation(percent, isUpper),
    guard: question.guardOf(question.samples('_count')),
    levels: question.levels(),
    format: 'percentage',
    meaning: `share of ${slo.metric} ${where} ${threshold} over ${range}`,
    approximate: undefined,
  }
}

/** Of the share above the threshold, or of that up to it: see `isAbove`. */
function shareViolation(percent: number, isUpper: boolean): string {
  // All or nothing is asked for by what is exactly 0.
  if (percent === 100) return isUpper ? '> 0' : '== 0'
  if (percent === 0) return isUpper ? '== 0' : '> 0'
  return isUpper ? `> ${inBaseUnit(100 - percent, 100)}` : `>= ${inBaseUnit(percent, 100)}`
}

function quantileIndicator(question: Question, percent: number): Indicator {
  const { metric, range, slo } = question
  const buckets = question.sum(question.rate(question.samples('_bucket')), ['le', ...question.levels()])
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, `p${namePart(String(percent))}_rate${range}`),
    expr: `histogram_quantile(${inBaseUnit(percent, 100)}, ${buckets})`,
    violation: `${question.violatingOp} ${question.exposedThreshold}`,
    guard: question.guardOf(question.samples('_count')),
    levels: question.levels(),
    format: question.format,
    meaning: `p${percent} of ${slo.metric} over ${range}`,
    approximate:
      metric.bounds === undefined
        ? 'the percentile is estimated within a bucket, and what buckets there are is not known here'
        : `the percentile is estimated within a bucket: one that ends at ${thresholdText(question)} would make it exact`,
  }
}

function meanIndicator(question: Question): Indicator {
  const { metric, range, slo } = question
  const sums = question.sum(question.rate(question.samples('_sum')))
  const counts = question.sum(question.rate(question.samples('_count')))
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, `mean_rate${range}`),
    expr: `${sums} / ${counts}`,
    violation: `${question.violatingOp} ${question.exposedThreshold}`,
    guard: question.guardOf(question.samples('_count')),
    levels: question.levels(),
    format: question.format,
    meaning: `mean of ${slo.metric} over ${range}`,
    approximate: undefined,
  }
}

/** Samples a second. */
function rateIndicator(question: Question): Indicator {
  const { metric, range, slo, threshold } = question
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, `count_rate${range}`),
    expr: question.sum(question.rate(question.samples('_count'))),
    violation: `${question.violatingOp} ${threshold}`,
    // A series that has fallen silent has a rate, of 0.
    guard: slo.minSamples > 1 ? question.guardOfCount(question.sum(question.samples('_count'))) : undefined,
    levels: question.levels(),
    format: 'number',
    meaning: `samples of ${slo.metric} a second over ${range}`,
    approximate: undefined,
  }
}

/** How many samples came in the window, or what they add up to. */
function increaseIndicator(question: Question, figure: 'sum' | 'count'): Indicator {
  const { metric, range, slo } = question
  const threshold = figure === 'sum' ? question.exposedThreshold : question.threshold
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, `${figure}_increase${range}`),
    expr: question.sum(question.increase(question.samples(`_${figure}`))),
    violation: `${question.violatingOp} ${threshold}`,
    guard: question.guardOfCount(question.sum(question.increase(question.samples('_count')))),
    levels: question.levels(),
    format: figure === 'sum' ? question.format : 'number',
    meaning: `${figure} of ${slo.metric} over ${range}`,
    approximate: 'Prometheus extrapolates what was counted between scrapes to the whole range',
  }
}

/** As it is written, with a unit: `60ms`. */
function thresholdText({ slo, metric, threshold }: Question): string {
  const { unit } = slo.objective
  return unit === undefined ? `${threshold}${metric.descriptor.unit}` : `${slo.objective.threshold}${unit}`
}

function verdict(reason: string): Verdict {
  return { by: 'process', reason }
}
