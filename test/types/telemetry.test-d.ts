/** What the compiler holds of the public names: labels, units, options, topics, shares. Compiled by `tsc`, never run. */
import type { MessagePort } from 'node:worker_threads'
import { expectTypeOf } from 'vitest'
import {
  type AttachedTelemetry,
  attachTelemetry,
  type BusDroppedEvent,
  type BusReader,
  type Counter,
  connectBus,
  createTelemetry,
  type FlushResult,
  type Gauge,
  type LabelledMetric,
  type Latency,
  type SamplesLostEvent,
  type SeriesOverflowEvent,
  type SeriesSnapshot,
  type SLORecoveryEvent,
  type SLOViolationEvent,
  type Telemetry,
  TelemetryError,
  type TelemetryErrorCode,
  type TelemetryOptions,
  type TelemetryReady,
  type TelemetryShare,
  type TelemetrySnapshot,
  type Topic,
  type Unit,
} from '../../src/index.ts'

declare const telemetry: Telemetry
declare const share: TelemetryShare
declare const port: MessagePort

expectTypeOf(createTelemetry({ service: 'checkout' })).toEqualTypeOf<Telemetry>()

// Metrics without labels are their own handles.
expectTypeOf(telemetry.latency('a')).toEqualTypeOf<Latency>()
expectTypeOf(telemetry.latency('a', {})).toEqualTypeOf<Latency>()
expectTypeOf(telemetry.latency('a', { unit: 's', help: 'x' })).toEqualTypeOf<Latency>()
expectTypeOf(telemetry.latency('a', { labelNames: [] })).toEqualTypeOf<Latency>()
expectTypeOf(telemetry.gauge('a', { unit: 'bytes' })).toEqualTypeOf<Gauge>()
expectTypeOf(telemetry.counter('a', { unit: '{requests}' })).toEqualTypeOf<Counter>()
// @ts-expect-error no labels without label names
telemetry.latency('a').labels({})
// @ts-expect-error a counter is not set
telemetry.counter('a').set(1)
// @ts-expect-error a gauge is not added to
telemetry.gauge('a').add(1)
// @ts-expect-error only latencies have marks
telemetry.gauge('a').markStart()

// With label names, a handle has to be bound first.
const http = telemetry.latency('http', { unit: 'ms', labelNames: ['route', 'method'] })
expectTypeOf(http).toEqualTypeOf<LabelledMetric<Latency, 'route' | 'method'>>()
expectTypeOf(http.labels({ route: '/a', method: 'GET' })).toEqualTypeOf<Latency>()
expectTypeOf(http.labels({ route: 5, method: true })).toEqualTypeOf<Latency>()
expectTypeOf(telemetry.gauge('a', { labelNames: ['x'] }).labels({ x: 1 })).toEqualTypeOf<Gauge>()
expectTypeOf(telemetry.counter('a', { labelNames: ['x'] }).labels({ x: 1 })).toEqualTypeOf<Counter>()
// @ts-expect-error a misspelt label
http.labels({ rout: '/a', method: 'GET' })
// @ts-expect-error a missing label
http.labels({ route: '/a' })
// @ts-expect-error one label too many
http.labels({ route: '/a', method: 'GET', status: 200 })
// @ts-expect-error no label at all
http.labels({})
// @ts-expect-error labels are not positional
http.labels('/a', 'GET')
// @ts-expect-error undefined is no label value
http.labels({ route: undefined, method: 'GET' })
// @ts-expect-error an object is no label value
http.labels({ route: {}, method: 'GET' })
// @ts-expect-error a metric with labels has no record of its own
http.record(1)
// @ts-expect-error nor marks
http.markStart()
// @ts-expect-error nor statistics
http.stats()

// Label names that come from elsewhere.
declare const names: readonly string[]
const dynamic = telemetry.latency('a', { labelNames: names })
expectTypeOf(dynamic.labels({ whatever: 'x' })).toEqualTypeOf<Latency>()

// Units.
// @ts-expect-error a latency is a time
telemetry.latency('a', { unit: 'bytes' })
// @ts-expect-error no such unit
telemetry.gauge('a', { unit: 'byte' })
// @ts-expect-error things are counted in braces
telemetry.counter('a', { unit: 'requests' })
// @ts-expect-error no such option
telemetry.latency('a', { units: 'ms' })
// @ts-expect-error label names are an array
telemetry.latency('a', { labelNames: 'route' })
expectTypeOf<'{apples}'>().toExtend<Unit>()

// Handles.
const echo = telemetry.latency('echo')
expectTypeOf(echo.markStart()).toEqualTypeOf<number>()
expectTypeOf(echo.markEnd).parameters.toEqualTypeOf<[mark: number]>()
expectTypeOf(echo.markEndWithTrace).parameters.toEqualTypeOf<
  [mark: number, traceId: string | undefined, spanId?: string | undefined]
>()
expectTypeOf(echo.recordWithTrace).parameters.toEqualTypeOf<
  [duration: number, traceId: string | undefined, spanId?: string | undefined]
>()
expectTypeOf(echo.markLap(1)).toEqualTypeOf<void>()
expectTypeOf(telemetry.markStart(echo)).toEqualTypeOf<number>()
expectTypeOf(telemetry.markEnd(1)).toEqualTypeOf<void>()
expectTypeOf(telemetry.markEndWithTrace).toEqualTypeOf<(typeof echo)['markEndWithTrace']>()
expectTypeOf(echo.time(() => 'x' as const)).toEqualTypeOf<'x'>()
expectTypeOf(echo.timeAsync(() => 5)).toEqualTypeOf<Promise<number>>()
expectTypeOf(echo.timeAsync(() => Promise.resolve('x'))).toEqualTypeOf<Promise<string>>()
expectTypeOf(echo.stats()).toEqualTypeOf<SeriesSnapshot | undefined>()
telemetry.counter('hits').add()
// @ts-expect-error a duration is a number
echo.record('12')
// @ts-expect-error a level is a number
telemetry.gauge('a').set(undefined)
// @ts-expect-error a mark is of a latency
telemetry.markStart(telemetry.gauge('a'))
// @ts-expect-error a metric with labels has no marks of its own
telemetry.markStart(http)
// @ts-expect-error handles are made by the telemetry alone
echo.seriesLabels.route = '/a'

// Topics and the payloads that listeners get.
telemetry.on('perf.slo_violation', event => expectTypeOf(event).toEqualTypeOf<SLOViolationEvent>())
telemetry.on('perf.slo_recovered', event => expectTypeOf(event).toEqualTypeOf<SLORecoveryEvent>())
telemetry.on('perf.series_overflow', event => expectTypeOf(event).toEqualTypeOf<SeriesOverflowEvent>())
telemetry.on('perf.bus_dropped', event => expectTypeOf(event).toEqualTypeOf<BusDroppedEvent>())
telemetry.on('perf.samples_lost', event => expectTypeOf(event).toEqualTypeOf<SamplesLostEvent>())
expectTypeOf(telemetry.on('perf.bus_dropped', () => {})).toEqualTypeOf<() => void>()
// @ts-expect-error no such topic
telemetry.on('perf.slo_violations', () => {})
// @ts-expect-error a violation has no such field
telemetry.on('perf.slo_violation', event => event.violatedForMs)
// @ts-expect-error events are read-only
telemetry.on('perf.samples_lost', event => (event.count = 0))
expectTypeOf(telemetry.openBus()).toEqualTypeOf<MessagePort>()
expectTypeOf(connectBus(port)).toEqualTypeOf<BusReader>()
connectBus(port).on('perf.slo_violation', event => expectTypeOf(event.percentile).toExtend<string>())
connectBus(port, topic => expectTypeOf(topic).toEqualTypeOf<Topic>())

// Options.
export const accepted: readonly TelemetryOptions[] = [
  { service: 'a' },
  { service: 'a', overflow: 'drop', log: false, slos: [], rateLimitScope: 'metric' },
  { service: 'a', overflow: 'summarize', rateLimitScope: 'slo' },
  { service: 'a', publish: () => Promise.reject(), log: line => line.length },
  {
    service: 'a',
    publish: (topic, payload): [Topic, number] => [topic, payload.timestamp],
  },
]
export const refused: readonly TelemetryOptions[] = [
  // @ts-expect-error the service has to be named
  {},
  // @ts-expect-error a misspelt option
  { service: 'a', laneCapcity: 1_024 },
  // @ts-expect-error a lane never waits
  { service: 'a', overflow: 'wait' },
  // @ts-expect-error no such scope
  { service: 'a', rateLimitScope: 'label' },
  // @ts-expect-error true is no log
  { service: 'a', log: true },
  // @ts-expect-error an objective has a metric
  { service: 'a', slos: [{ objective: 'p(95)<60ms' }] },
]
// @ts-expect-error options have to be given
createTelemetry()

// Reading back.
expectTypeOf(telemetry.query('a')).toEqualTypeOf<Promise<SeriesSnapshot>>()
telemetry.query('a', { labels: { route: '/a', status: 200 }, window: '1m' })
// @ts-expect-error a window is a duration
telemetry.query('a', { window: 60_000 })
// @ts-expect-error no such unit of time
telemetry.query('a', { window: '1 fortnight' })
// @ts-expect-error no such option
telemetry.query('a', { label: {} })
expectTypeOf(telemetry.snapshot()).toEqualTypeOf<Promise<TelemetrySnapshot>>()
expectTypeOf<SeriesSnapshot['p95']>().toEqualTypeOf<number | undefined>()
expectTypeOf(telemetry.flush()).toEqualTypeOf<Promise<FlushResult>>()
expectTypeOf(telemetry.close({ timeoutMs: 100 })).toEqualTypeOf<Promise<FlushResult>>()
expectTypeOf(telemetry.ready).toEqualTypeOf<Promise<TelemetryReady>>()
expectTypeOf(telemetry.slo({ metric: 'a', objective: 'p(95)<60ms' })).toEqualTypeOf<() => void>()

// Other threads have the same metric API, and none of what belongs to the creating one.
expectTypeOf(telemetry.share()).toEqualTypeOf<TelemetryShare>()
expectTypeOf(structuredClone(telemetry.share())).toEqualTypeOf<TelemetryShare>()
const attached = attachTelemetry(share, { publishEvery: 8 })
expectTypeOf(attached).toEqualTypeOf<AttachedTelemetry>()
expectTypeOf(attached.latency('http', { labelNames: ['route', 'method'] })).toEqualTypeOf<typeof http>()
expectTypeOf(attached.query).toEqualTypeOf<typeof telemetry.query>()
expectTypeOf(attached.close()).toEqualTypeOf<Promise<FlushResult>>()
// @ts-expect-error a telemetry is no share
attachTelemetry(telemetry)
// @ts-expect-error nor is nothing
attachTelemetry()
// @ts-expect-error no such option
attachTelemetry(share, { laneCapacity: 16 })
// @ts-expect-error a share is made on the creating thread
attached.share()
// @ts-expect-error as are objectives
attached.slo({ metric: 'a', objective: 'p(95)<60ms' })
// @ts-expect-error as are signals
attached.closeOnSignals()
expectTypeOf(telemetry.closeOnSignals(['SIGTERM', 'SIGHUP'])).toEqualTypeOf<() => void>()
// @ts-expect-error nobody can listen to it
telemetry.closeOnSignals(['SIGKILL'])
// @ts-expect-error a list
telemetry.closeOnSignals('SIGTERM')
// @ts-expect-error a share is read-only
share.laneCapacity = 16

// Errors.
export function codeOf(error: unknown): TelemetryErrorCode | undefined {
  return error instanceof TelemetryError ? error.code : undefined
}
expectTypeOf<'OFFLOOP_LANE_SIZE'>().toExtend<TelemetryErrorCode>()
// @ts-expect-error no such code
export const unknownCode: TelemetryErrorCode = 'OFFLOOP_NOTHING'
