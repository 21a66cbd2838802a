/** Snapshots, events and measurements as the demo gets them, made up for tests of what it shows. */
import type {
  SeriesSnapshot,
  SLORecoveryEvent,
  SLOViolationEvent,
  SloStatus,
  TelemetrySnapshot,
} from '../../src/index.ts'

export function series(over: Partial<SeriesSnapshot>): SeriesSnapshot {
  return {
    metric: 'http_request',
    labels: {},
    kind: 'latency',
    unit: 'ms',
    count: 1_000,
    sum: 13_000,
    min: 0.5,
    max: 135.2,
    mean: 13,
    last: 14.2,
    p50: 12.4,
    p90: 17,
    p95: 19.1,
    p99: 126.4,
    rate: 829.4,
    total: 123_456,
    totalSum: 1_600_000,
    invalid: 0,
    window: { capacity: 1_000, size: 1_000, evicted: 122_456 },
    lost: 0,
    summarized: 0,
    exact: true,
    overflow: false,
    timestamp: 1_700_000_000_000,
    ...over,
  }
}

export function slo(over: Partial<SloStatus>): SloStatus {
  return {
    name: 'http_request{route=/search} p95<60ms',
    metric: 'http_request',
    labels: { route: '/search' },
    objective: 'p95<60ms',
    state: 'ok',
    actual: 19.1,
    threshold: 60,
    unit: 'ms',
    ...over,
  }
}

export function snapshot(over: Partial<TelemetrySnapshot> = {}): TelemetrySnapshot {
  const counter = { kind: 'counter', unit: '{requests}', p50: undefined, p95: undefined } as const
  return {
    service: 'offloop-demo',
    timestamp: 1_700_000_000_000,
    uptimeMs: 12_000,
    metrics: [],
    sloDefinitions: [],
    series: [
      series({ labels: { route: '/' } }),
      series({ labels: { route: '/search' } }),
      series({ labels: { route: '/checkout' } }),
      series({ metric: 'in_flight', kind: 'gauge', unit: '{requests}', p95: 20 }),
      series({ metric: 'memory_rss', kind: 'gauge', unit: 'bytes', p95: 112e6 }),
      series({ metric: 'http_requests', ...counter, total: 46_698 }),
      series({ metric: 'http_errors', ...counter, total: 188 }),
    ],
    self: [
      series({ metric: 'offloop_drain_time', total: 1_717, totalSum: 38.8, p99: 0.1 }),
      series({ metric: 'offloop_lane_fill', kind: 'gauge', unit: 'ratio', last: 1 / 1_024, max: 1 / 512 }),
    ],
    lanes: [
      {
        laneId: 1,
        threadId: 0,
        capacity: 65_536,
        recorded: 140_176,
        drained: 140_176,
        summarized: 0,
        dropped: 0,
        pending: 0,
        marksAbandoned: 0,
        marksRejected: 0,
        exemplarsRejected: 0,
        silentMs: 12,
      },
    ],
    slos: [
      slo({}),
      slo({
        name: 'http_errors ratio<5%',
        metric: 'http_errors',
        labels: {},
        objective: 'ratio<5%',
        actual: 0.004,
      }),
    ],
    lost: 0,
    lanesQuarantined: 0,
    messagesRefused: 0,
    summarized: 0,
    busDropped: 0,
    ...over,
  }
}

export function violation(over: Partial<SLOViolationEvent> = {}): SLOViolationEvent {
  return {
    slo: 'http_request{route=/search} p95<60ms',
    metric: 'http_request',
    labels: { route: '/search' },
    percentile: 'p95',
    op: '<',
    threshold: 60,
    actual: 119.4,
    unit: 'ms',
    count: 1_000,
    window: 'rolling',
    exact: true,
    suppressed: 0,
    timestamp: 1_700_000_000_000,
    ...over,
  }
}

export function recovery(over: Partial<SLORecoveryEvent> = {}): SLORecoveryEvent {
  return { ...violation({ actual: 20.2 }), violatedForMs: 5_810, ...over }
}

/** What a run has measured, for `summarize`. */
export function measured(over: object = {}): object {
  return {
    snapshot: snapshot(),
    closed: { ok: true, lost: 0, timedOut: false },
    events: { violations: 2, recoveries: 1 },
    costs: {
      durationMs: 20_000,
      loopDelayMs: { p50: 0.13, p99: 1.58, max: 14.4 },
      loopUtilization: 0.127,
      processCpuMs: 3_350,
      aggregatorCpuMs: 420,
    },
    load: { requests: 46_678, errors: 0, latencyP99Ms: 122 },
    interruptedBy: undefined,
    ...over,
  }
}
