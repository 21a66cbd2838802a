/** Counters as prom-client has them, counted in shared memory. Any thread. */
import { Child, notANumber } from './child.ts'
import { exemplarOf } from './exemplar.ts'
import { type GivenLabels, isObject } from './label-index.ts'
import { MetricBase } from './metric-base.ts'
import type { CounterConfiguration, IncreaseDataWithExemplar, LabelValues } from './metric-configuration.ts'

/** A value that only goes up. */
export class Counter<T extends string = string> extends MetricBase<CounterChild, T> {
  constructor(configuration: CounterConfiguration<T>) {
    super(configuration, { type: 'counter' })
  }

  /** @throws Error for an unknown label or a negative value, TypeError for what is no number */
  inc(labels: LabelValues<T>, value?: number): void
  inc(value?: number): void
  inc(data: IncreaseDataWithExemplar<T>): void
  inc(labelsOrValue?: unknown, value?: number): void {
    if (this.enableExemplars) this.#incWithExemplar((labelsOrValue ?? {}) as IncreaseDataWithExemplar<T>)
    else if (isObject(labelsOrValue)) this.children.child(labelsOrValue as GivenLabels).inc(value)
    else this.#only().inc(labelsOrValue as number | undefined)
  }

  /** The child of these label values: bind it once, and keep it. */
  labels(...values: string[]): Counter.Internal
  labels(labels: LabelValues<T>): Counter.Internal
  labels(...given: readonly unknown[]): Counter.Internal {
    return this.childOf(given)
  }

  /** @internal */
  protected createChild(values: readonly string[], given: GivenLabels): CounterChild {
    return new CounterChild(this, values, given)
  }

  #only(): CounterChild {
    return this.only ?? this.children.child({})
  }

  #incWithExemplar({ labels, value = 1, exemplarLabels }: IncreaseDataWithExemplar<T>): void {
    const child = this.children.child((labels ?? {}) as GivenLabels)
    child.inc(value)
    if (exemplarLabels === undefined) return
    const text = exemplarOf(exemplarLabels, value || 1)
    this.ledger.addExemplar(child.values, { bucketIndex: 0, text })
  }
}

/** Types, named as users of prom-client name them. */
export namespace Counter {
  export interface Internal {
    inc(value?: number): void
  }
}

class CounterChild extends Child {
  /** A property, so that it may be taken off its object. */
  readonly inc = (value?: number | null): void => {
    const by = value ?? 1
    if (by && !Number.isFinite(by)) throw notANumber('Value', by)
    if (by < 0) throw new Error('It is not possible to decrease a counter')
    const recording = this.recording ?? this.bind()
    recording.add!(by)
  }
}
