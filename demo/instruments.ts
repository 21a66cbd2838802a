/** What the demo measures and promises: its metrics and SLOs, through the public API alone. The server's thread. */
import type { ServerResponse } from 'node:http'
import type { Telemetry } from 'offloop'

const MEMORY_INTERVAL_MS = 250

/** The metrics of one server. */
export class Instruments {
  readonly #latency
  readonly #inFlight
  readonly #requests
  readonly #errors
  readonly #memory
  readonly #memoryTimer: NodeJS.Timeout
  #inFlightCount = 0

  constructor(telemetry: Telemetry, routes: readonly string[]) {
    this.#latency = telemetry.latency('http_request', {
      unit: 'ms',
      labelNames: ['route'],
      help: 'From request to the end of its answer',
    })
    this.#inFlight = telemetry.gauge('in_flight', { unit: '{requests}', help: 'Requests being answered' })
    this.#memory = telemetry.gauge('memory_rss', { unit: 'bytes', help: 'Memory of the process' })
    this.#requests = telemetry.counter('http_requests', { unit: '{requests}', help: 'Requests answered' })
    this.#errors = telemetry.counter('http_errors', { unit: '{requests}', help: 'Answers of status 5xx' })
    // Bound now, so that the table shows every route from the start, and in this order.
    for (const route of routes) this.#latency.labels({ route })
    defineObjectives(telemetry)

    this.#memoryTimer = setInterval(() => this.#recordMemory(), MEMORY_INTERVAL_MS)
    this.#recordMemory()
  }

  /** Measures one request, from now until its answer is sent or its client is gone. */
  observe(route: string, response: ServerResponse): void {
    const latency = this.#latency.labels({ route })
    const mark = latency.markStart()
    this.#inFlightCount += 1
    this.#inFlight.set(this.#inFlightCount)
    response.once('close', () => {
      latency.markEnd(mark)
      this.#inFlightCount -= 1
      this.#inFlight.set(this.#inFlightCount)
      this.#requests.add()
      if (response.statusCode >= 500) this.#errors.add()
    })
  }

  /** Records nothing more of its own accord. */
  stop(): void {
    clearInterval(this.#memoryTimer)
  }

  #recordMemory(): void {
    this.#memory.set(process.memoryUsage.rss())
  }
}

/** The first is going to be violated; the others hold. The first requests of a cold process are slow, hence `minSamples`. */
function defineObjectives(telemetry: Telemetry): void {
  telemetry.slo({
    metric: 'http_request',
    labels: { route: '/search' },
    objective: 'p(95)<60ms',
    every: 'tick',
    minSamples: 50,
  })
  telemetry.slo({
    metric: 'http_request',
    labels: { route: '/' },
    objective: 'p(99)<100ms',
    every: 'tick',
    minSamples: 50,
  })
  telemetry.slo({
    metric: 'http_errors',
    total: 'http_requests',
    objective: 'ratio<5%',
    every: 'tick',
    minSamples: 200,
  })
  telemetry.slo({ metric: 'memory_rss', objective: 'value<500MB', every: 'tick' })
}
