/** Objectives on counters and gauges, as PromQL. Pure. */
import type { Indicator, Verdict } from './indicator.ts'
import { inBaseUnit } from './promql.ts'
import type { Question } from './question.ts'

export function counterIndicator(question: Question): Indicator | Verdict {
  const { statistic } = question.slo.objective
  if (statistic === 'ratio') return ratioIndicator(question)
  if (statistic === 'rate') return rateIndicator(question)
  return question.hasWindow && statistic !== 'value' ? increaseIndicator(question) : totalIndicator(question)
}

/** A gauge is exposed by its latest value. */
export function gaugeIndicator(question: Question): Indicator | Verdict {
  const { slo, metric } = question
  if (slo.objective.statistic !== 'value') {
    const reason = `a gauge is exposed by its latest value, and not by the ${slo.objective.statistic} of its values`
    return { by: 'process', reason }
  }
  const isOneSeries =
    slo.by === 'series' || metric.descriptor.labelNames.every(name => Object.hasOwn(slo.labels, name))
  if (!isOneSeries)
    return { by: 'process', reason: 'which of several series has the latest value is not exposed' }
  const levels = question.levels('instance')
  const operation = question.isUpper ? 'max' : 'min'
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, operation, levels),
    expr: `${operation} by (${levels.join(', ')}) (${question.samples('')})`,
    violation: `${question.violatingOp} ${question.exposedThreshold}`,
    guard: undefined,
    levels,
    format: question.format,
    meaning: `latest ${slo.metric}`,
    approximate: undefined,
  }
}

/** A counter's value is since its process began: each process is judged by itself. */
function totalIndicator(question: Question): Indicator {
  const { metric, slo } = question
  const levels = question.levels('instance')
  const total = question.sum(question.samples('_total'), levels)
  return {
    by: 'prometheus',
    record: question.recordName(`${metric.family}_total`, 'sum', levels),
    expr: total,
    violation: `${question.violatingOp} ${question.exposedThreshold}`,
    guard: question.guardOfCount(total, metric.divisor),
    levels,
    format: question.format,
    meaning: `${slo.metric} since the start`,
    approximate: undefined,
  }
}

function rateIndicator(question: Question): Indicator {
  const { metric, range, slo } = question
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, `rate${range}`),
    expr: question.sum(question.rate(question.samples('_total'))),
    violation: `${question.violatingOp} ${question.exposedThreshold}`,
    // A counter that has fallen silent has a rate, of 0.
    guard:
      slo.minSamples > 1
        ? question.guardOfCount(question.sum(question.samples('_total')), metric.divisor)
        : undefined,
    levels: question.levels(),
    format: question.format,
    meaning: `${slo.metric} a second over ${range}`,
    approximate: undefined,
  }
}

function increaseIndicator(question: Question): Indicator {
  const { metric, range, slo } = question
  const increase = question.sum(question.increase(question.samples('_total')))
  return {
    by: 'prometheus',
    record: question.recordName(metric.family, `increase${range}`),
    expr: increase,
    violation: `${question.violatingOp} ${question.exposedThreshold}`,
    guard: question.guardOfCount(increase, metric.divisor),
    levels: question.levels(),
    format: question.format,
    meaning: `${slo.metric} over ${range}`,
    approximate: 'Prometheus extrapolates what was counted between scrapes to the whole range',
  }
}

/** What of the total the metric is. A part that never was has no series, and is none of it. */
function ratioIndicator(question: Question): Indicator {
  const { metric, range, slo, threshold, total = metric } = question
  const part = question.sum(question.rate(question.samples('_total')))
  const whole = question.sum(question.rate(question.samples('_total', [], total)))
  const exposed = inBaseUnit(threshold * total.divisor, metric.divisor)
  return {
    by: 'prometheus',
    record: question.recordName(`${metric.family}_per_${total.family}`, `ratio_rate${range}`),
    expr: `(${part} or ${whole} * 0) / ${whole}`,
    violation: `${question.violatingOp} ${exposed}`,
    guard: question.guardOf(question.samples('_total', [], total), total.divisor),
    levels: question.levels(),
    format: 'percentage',
    meaning: `${slo.metric} per ${slo.total} over ${range}`,
    approximate: question.hasWindow
      ? undefined
      : `the processes judge all since their start, Prometheus ${range}`,
  }
}
