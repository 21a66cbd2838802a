/** What is left to say when the run is over: the figures, put together from what was measured. Pure. */
import type { FlushResult, SloStatus, TelemetrySnapshot } from 'offloop'
import type { Costs } from './cost-meter.ts'
import type { LoadResult } from './load.ts'

/** Violations and recoveries that arrived. */
export interface EventCounts {
  violations: number
  recoveries: number
}

export interface Summary {
  /** Name of the signal that ended the run early. */
  readonly interruptedBy: string | undefined
  readonly requests: number
  readonly errors: number
  /** What autocannon saw; undefined when it was ended before it could tell. */
  readonly load: LoadResult | undefined
  /** `recorded = drained + summarized + dropped + pending`. */
  readonly samples: {
    readonly recorded: number
    readonly drained: number
    readonly summarized: number
    readonly dropped: number
    readonly pending: number
    readonly lost: number
  }
  /** Whether the telemetry's end was orderly: everything taken, in time. */
  readonly closed: FlushResult
  readonly events: Readonly<EventCounts>
  readonly slos: readonly SloStatus[]
  readonly process: Costs
  readonly aggregator: AggregatorCosts
}

/** By the aggregator's own account: wall-clock time of its draining ticks. Its checks of SLOs and its answers to queries
 *  are not in it. */
interface AggregatorCosts {
  readonly drainMs: number
  readonly drainCount: number
  readonly drainMsP99: number | undefined
  /** Of one core, from 0 to 1. */
  readonly coreRatio: number
}

export function summarize(parts: {
  readonly snapshot: TelemetrySnapshot
  readonly closed: FlushResult
  readonly events: EventCounts
  readonly costs: Costs
  readonly load: LoadResult | undefined
  readonly interruptedBy: string | undefined
}): Summary {
  const { snapshot, closed, events, costs, load, interruptedBy } = parts
  const { lanes, lost, slos } = snapshot
  const totalOf = (metric: string) => snapshot.series.find(one => one.metric === metric)?.total ?? 0
  return {
    interruptedBy,
    requests: totalOf('http_requests'),
    errors: totalOf('http_errors'),
    load,
    samples: {
      recorded: sum(lanes.map(lane => lane.recorded)),
      drained: sum(lanes.map(lane => lane.drained)),
      summarized: sum(lanes.map(lane => lane.summarized)),
      dropped: sum(lanes.map(lane => lane.dropped)),
      pending: sum(lanes.map(lane => lane.pending)),
      lost,
    },
    closed,
    events: { ...events },
    slos,
    process: costs,
    aggregator: aggregatorCosts(snapshot, costs.durationMs),
  }
}

function aggregatorCosts({ self }: TelemetrySnapshot, durationMs: number): AggregatorCosts {
  const drains = self.find(({ metric }) => metric === 'offloop_drain_time')
  const drainMs = drains?.totalSum ?? 0
  return { drainMs, drainCount: drains?.total ?? 0, drainMsP99: drains?.p99, coreRatio: drainMs / durationMs }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
