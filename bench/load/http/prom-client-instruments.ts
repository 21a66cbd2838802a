/** The server's metrics with prom-client: an object of labels at each call, durations in seconds, its own buckets. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type Instruments, LABEL_NAMES, labelsBefore } from './instruments.ts'

export function createPromClientInstruments(seriesBefore: number): Instruments {
  const register = new Registry()
  const registers = [register]
  const help = 'Requests'
  const durations = new Histogram({
    name: 'http_request_seconds',
    help,
    labelNames: LABEL_NAMES,
    registers,
  })
  const requests = new Counter({ name: 'http_requests_total', help, labelNames: LABEL_NAMES, registers })
  const inFlight = new Gauge({ name: 'http_in_flight', help, registers })
  for (let index = 0; index < seriesBefore; index += 1) durations.observe(labelsBefore(index), index / 1e3)
  return {
    begin: () => inFlight.inc(),
    end(durationMs, method, route, status) {
      inFlight.dec()
      durations.observe({ method, route, status }, durationMs / 1e3)
      requests.inc({ method, route, status })
    },
    read: () => register.metrics(),
    async close() {
      const ofSeries = (await durations.get()).values.filter(({ metricName }) =>
        metricName?.endsWith('_count'),
      )
      const recorded = sumOf(ofSeries) - seriesBefore
      return { recorded, counted: sumOf((await requests.get()).values), lost: 0 }
    },
  }
}

function sumOf(values: readonly { readonly value: number }[]): number {
  return values.reduce((sum, { value }) => sum + value, 0)
}
