/** The clients of an HTTP server, in a process of their own: as fast as the server answers (autocannon), or at a fixed
 *  rate. */
import autocannon from 'autocannon'
import { ROUTES } from '../http/instruments.ts'
import { runOpenLoop } from '../http/open-loop.ts'
import type { LoadRequest, OpenLoopSlice, SaturatedSlice } from '../http/variants.ts'
import { percentileOf } from '../setup/percentile.ts'
import { answerParent } from '../setup/program-channel.ts'

const HOST = '127.0.0.1'
/** Of a saturated server. Each sends its next request when the last is answered. */
const CONNECTIONS = 10
/** At a fixed rate: enough for every request that a stall of some milliseconds holds up. */
const OPEN_LOOP_CONNECTIONS = 64
/** A server that has not answered by then has failed. */
const GRACE_MS = 5_000
const STOP_CHECK_MS = 100
/** Connections are opened, and the server's caches filled, before anything counts. */
const RAMP_MS = 200

answerParent<LoadRequest>(request => (request.ratePerS === undefined ? saturate(request) : keepRate(request)))

function saturate({ port, durationMs }: LoadRequest): Promise<SaturatedSlice> {
  return new Promise((resolve, reject) => {
    const fromMs = performance.now() + RAMP_MS
    const untilMs = fromMs + durationMs
    let count = 0
    const load = autocannon(
      {
        url: `http://${HOST}:${port}`,
        connections: CONNECTIONS,
        // The last requests are left out as well: some of them are cut short.
        duration: (durationMs + 2 * RAMP_MS) / 1e3,
        sampleInt: STOP_CHECK_MS,
        requests: ROUTES.map(path => ({ method: 'GET', path })),
      },
      (error, result) => {
        if (error !== null) reject(error)
        else
          resolve({
            requestsPerS: (count / durationMs) * 1e3,
            errorCount: result.errors + result.timeouts + result.non2xx,
          })
      },
    )
    load.on('response', () => {
      const nowMs = performance.now()
      if (nowMs >= fromMs && nowMs < untilMs) count += 1
    })
  })
}

async function keepRate({ port, durationMs, ratePerS = 0 }: LoadRequest): Promise<OpenLoopSlice> {
  const { latenciesMs, latenessMs, errorCount } = await runOpenLoop({
    host: HOST,
    port,
    paths: ROUTES,
    connectionCount: OPEN_LOOP_CONNECTIONS,
    ratePerS,
    durationMs,
    graceMs: GRACE_MS,
  })
  return {
    p50Ms: percentileOf(latenciesMs, 50),
    p99Ms: percentileOf(latenciesMs, 99),
    p999Ms: percentileOf(latenciesMs, 99.9),
    maxMs: percentileOf(latenciesMs, 100),
    sentLateP50Ms: percentileOf(latenessMs, 50),
    sentLateP99Ms: percentileOf(latenessMs, 99),
    errorCount,
  }
}
