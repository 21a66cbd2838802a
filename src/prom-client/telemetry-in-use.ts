/** The telemetry behind all metrics of this entry: one for each thread, made at the first metric unless it was given. */
import { createTelemetry, TelemetryError, type ThreadTelemetry } from '../index.ts'

/** Label values of one metric. prom-client has no limit. */
const SERIES_MAX = 10_000

let inUse: ThreadTelemetry | undefined

/** Lets the metrics of this thread record into this telemetry: to be called before the first of them is made. Without it
 *  the first metric creates one, named after `OTEL_SERVICE_NAME` or the package.
 *  @param telemetry from `createTelemetry`, or `attachTelemetry` on another thread
 *  @throws TelemetryError OFFLOOP_OPTION when it is none, or metrics record into another already */
export function useTelemetry(telemetry: ThreadTelemetry): void {
  if (inUse !== undefined && inUse !== telemetry) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      at: 'useTelemetry',
      fix: 'call it before the first metric of this thread is made: import the module that calls it first',
    })
  }
  if (typeof telemetry?.counter !== 'function') {
    const fix = 'give what createTelemetry() or attachTelemetry() has returned'
    throw new TelemetryError('OFFLOOP_OPTION', { at: 'useTelemetry', got: telemetry, fix })
  }
  inUse = telemetry
}

/** The telemetry of this thread's metrics. */
export function telemetryInUse(): ThreadTelemetry {
  inUse ??= createTelemetry({ service: defaultService(), maxSeriesPerMetric: SERIES_MAX })
  return inUse
}

function defaultService(): string {
  const { OTEL_SERVICE_NAME: named, npm_package_name: ofPackage } = process.env
  return named || ofPackage || 'node'
}
