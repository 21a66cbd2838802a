/** The server's metrics with the OpenTelemetry SDK: an object of attributes at each call, its own buckets. */
import { createCollectingMeter } from '../setup/collecting-meter.ts'
import { type Instruments, labelsBefore } from './instruments.ts'

export function createOpenTelemetryInstruments(seriesBefore: number): Instruments {
  const { meter, collect } = createCollectingMeter(seriesBefore + 1_000)
  const durations = meter.createHistogram('http.server.request.duration', { unit: 'ms' })
  const requests = meter.createCounter('http.server.requests')
  const inFlight = meter.createUpDownCounter('http.server.active_requests')
  for (let index = 0; index < seriesBefore; index += 1) durations.record(index, labelsBefore(index))
  return {
    begin: () => inFlight.add(1),
    end(durationMs, method, route, status) {
      inFlight.add(-1)
      durations.record(durationMs, { method, route, status })
      requests.add(1, { method, route, status })
    },
    read: collect,
  }
}
