/** A registry whose series write down what is folded into them, in the place of windows and slices. */
import type { MetricDescriptor } from '../../src/shared/metric.ts'
import type { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import type { SampleSummary } from '../../src/shared/statistics/sample-summary.ts'
import type { Sample } from './scenario.ts'

/** Samples that came as counts, their sum, and the latest. */
export interface Summaries {
  count: number
  sum: number
  last: number | undefined
}

export class FoldingRegistry {
  #folded: Sample[] = []
  #lost: number[] = []
  #summaries: Summaries = { count: 0, sum: 0, last: undefined }
  readonly #metrics = new Map<string, unknown>()

  /** What is folded, and lost, from here on: a reader that follows another on one registry has a list of its own. */
  record(): { folded: readonly Sample[]; lostBySeries: readonly number[]; summaries: Readonly<Summaries> } {
    this.#folded = []
    this.#lost = []
    this.#summaries = { count: 0, sum: 0, last: undefined }
    return { folded: this.#folded, lostBySeries: this.#lost, summaries: this.#summaries }
  }

  /** As much of a registry as `LaneReader` asks for. */
  get asProduction(): MetricRegistry {
    const registry = {
      metric: (name: string) => this.#metrics.get(name),
      register: (descriptor: MetricDescriptor) => {
        const metric = { descriptor, registrations: 0, series: this.#series(descriptor) }
        this.#metrics.set(descriptor.name, metric)
        return metric
      },
    }
    return registry as unknown as MetricRegistry
  }

  /** As a metric does, gives the same series for the same labels. */
  #series(metric: MetricDescriptor): (labelValues: readonly string[]) => object {
    const known = new Map<number, object>()
    return ([label]) => {
      const series = Number(label)
      const seen = known.get(series)
      if (seen !== undefined) return seen
      const made = this.#seriesOf(metric, series)
      known.set(series, made)
      return made
    }
  }

  #seriesOf(metric: MetricDescriptor, series: number): object {
    const lostCount = () => this.#lost[series] ?? 0
    const setLost = (count: number) => {
      this.#lost[series] = count
    }
    return {
      metric,
      record: (value: number, timeMs: number) => void this.#folded.push({ series, value, timeMs }),
      addSummary: ({ histogram, invalid, last }: SampleSummary) => {
        this.#summaries.count += histogram.count + invalid
        this.#summaries.sum += histogram.sum
        this.#summaries.last = last ?? this.#summaries.last
      },
      get lost() {
        return lostCount()
      },
      set lost(count: number) {
        setLost(count)
      },
    }
  }
}
