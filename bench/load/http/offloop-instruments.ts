/** The server's metrics with offloop: handles are bound once per set of labels, and kept. */
import { createTelemetry, type Latency } from 'offloop'
import { type Instruments, LABEL_NAMES, labelsBefore } from './instruments.ts'

const LATENCY = 'http_request'
const COUNTER = 'http_requests'

export async function createOffloopInstruments(seriesBefore: number): Promise<Instruments> {
  const telemetry = createTelemetry({ service: 'bench', maxSeriesPerMetric: seriesBefore + 1_000 })
  const durations = telemetry.latency(LATENCY, { unit: 'ms', labelNames: LABEL_NAMES })
  const requests = telemetry.counter(COUNTER, { unit: '{requests}', labelNames: LABEL_NAMES })
  const inFlight = telemetry.gauge('http_in_flight', { unit: '{requests}' })
  await telemetry.ready
  for (let index = 0; index < seriesBefore; index += 1) durations.labels(labelsBefore(index)).record(index)

  const bind = (method: string, route: string, status: number) => {
    const labels = { method, route, status }
    return { duration: durations.labels(labels) as Latency, count: requests.labels(labels) }
  }
  // By route first, and there is but one method: what the keys are is up to the server, and looking one up is part of
  // what is measured.
  const handlesByRoute = new Map<string, Map<number, ReturnType<typeof bind>>>()
  const handlesOf = (method: string, route: string, status: number) => {
    const byStatus = handlesByRoute.get(route) ?? new Map<number, ReturnType<typeof bind>>()
    const handles = byStatus.get(status) ?? bind(method, route, status)
    handlesByRoute.set(route, byStatus.set(status, handles))
    return handles
  }

  let inFlightCount = 0
  return {
    begin() {
      inFlightCount += 1
      inFlight.set(inFlightCount)
    },
    end(durationMs, method, route, status) {
      inFlightCount -= 1
      inFlight.set(inFlightCount)
      const handles = handlesByRoute.get(route)?.get(status) ?? handlesOf(method, route, status)
      handles.duration.record(durationMs)
      handles.count.add()
    },
    read: () => telemetry.scrape(),
    async close() {
      const { total: recorded } = await telemetry.query(LATENCY)
      const { total: counted } = await telemetry.query(COUNTER)
      const { lost } = await telemetry.close()
      return { recorded: recorded - seriesBefore, counted, lost }
    },
  }
}
