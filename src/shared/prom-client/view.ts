/** What a registry of `offloop/prom-client` asks of the aggregator, and what it gets: the present figures of the metrics it
 *  shows, less what had been counted when they were reset. Structured-cloneable. Types only. */

export type ViewType = 'counter' | 'gauge' | 'histogram' | 'summary'

/** The question. */
export interface View {
  readonly metrics: readonly ViewMetric[]
  /** What is wanted: the text of the format, or figures. */
  readonly format: 'text' | 'openmetrics' | 'points'
  /** Labels of every metric that has none of that name. */
  readonly defaultLabels: readonly (readonly [name: string, value: string])[]
}

/** One metric as its registry shows it. */
export interface ViewMetric {
  readonly name: string
  readonly help: string
  readonly type: ViewType
  readonly labelNames: readonly string[]
  /** Names in the telemetry of the metrics that it consists of: one, and a further one for each reset that was not settled
   *  when counting went on. */
  readonly generations: readonly string[]
  /** A histogram's upper bounds, without the infinite one. */
  readonly bounds: readonly number[]
  /** A summary's quantiles. */
  readonly quantiles: readonly number[]
  /** Label values without a sample are not shown. */
  readonly hidesEmpty: boolean
  /** Of all other label values everything is shown. */
  readonly exceptions: readonly ViewException[]
}

/** Label values that were reset or removed on the asking thread, or are to be shown without any sample. */
export interface ViewException {
  /** In the order of the metric's label names. */
  readonly values: readonly string[]
  /** Otherwise only with what was counted since the baselines. */
  readonly isShown: boolean
  /** For each generation: what is taken off, `settle` where the answer is to say what there is now. */
  readonly baselines: readonly (Figures | 'settle' | undefined)[]
  /** A gauge's value that is no finite number. */
  readonly fixed?: number | undefined
  readonly exemplars?: readonly ViewExemplar[] | undefined
}

/** An exemplar of a counter, or of a histogram's bucket, as OpenMetrics text. */
export interface ViewExemplar {
  /** 0 for a counter. */
  readonly bucketIndex: number
  readonly text: string
}

/** What is cumulative of one series. */
export interface Figures {
  /** Samples; of a counter, its value. */
  readonly count: number
  readonly sum: number
  /** A histogram's samples by bucket, not cumulative. */
  readonly counts: readonly number[]
}

/** One set of label values, as it is shown. */
export interface Point {
  readonly values: readonly string[]
  /** Value of a counter or gauge; the sum otherwise. */
  value: number
  /** Samples of a histogram or summary. */
  count: number
  readonly counts: number[]
  quantiles: readonly (number | undefined)[]
}

/** The answer. */
export interface ViewAnswer {
  /** Empty when points were asked for. */
  readonly body: string
  /** For each metric, when points were asked for. */
  readonly points: readonly (readonly Point[])[]
  readonly settled: readonly Settled[]
}

/** A baseline that was asked for. */
export interface Settled {
  readonly metricIndex: number
  readonly exceptionIndex: number
  readonly generation: number
  readonly figures: Figures
}
