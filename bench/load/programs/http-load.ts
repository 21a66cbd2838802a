/** The clients of an HTTP server, in a process of their own: autocannon, as fast as the server answers. */
import autocannon from 'autocannon'
import { ROUTES } from '../http/instruments.ts'
import type { LoadRequest, LoadSlice } from '../http/variants.ts'
import { percentileOf } from '../setup/percentile.ts'
import { answerParent } from '../setup/program-channel.ts'

/** Each sends its next request when the last is answered. */
const CONNECTIONS = 10
const STOP_CHECK_MS = 100
/** Connections are opened, and the server's caches filled, before anything counts. */
const RAMP_MS = 200
/** Of one slice. Far more than there ever are. */
const REQUESTS_MAX = 2_000_000

const latenciesMs = new Float64Array(REQUESTS_MAX)

answerParent<LoadRequest>(
  ({ url, durationMs }) =>
    new Promise<LoadSlice>((resolve, reject) => {
      const fromMs = performance.now() + RAMP_MS
      const untilMs = fromMs + durationMs
      let count = 0
      const load = autocannon(
        {
          url,
          connections: CONNECTIONS,
          // The last requests are left out as well: some of them are cut short.
          duration: (durationMs + 2 * RAMP_MS) / 1e3,
          sampleInt: STOP_CHECK_MS,
          requests: ROUTES.map(path => ({ method: 'GET', path })),
        },
        (error, result) => {
          if (error !== null) {
            reject(error)
            return
          }
          const seen = latenciesMs.subarray(0, count)
          resolve({
            requestsPerS: (count / durationMs) * 1e3,
            p50Ms: percentileOf(seen, 50),
            p99Ms: percentileOf(seen, 99),
            errorCount: result.errors + result.timeouts + result.non2xx,
          })
        },
      )
      load.on('response', (_client, _status, _bytes, latencyMs) => {
        const nowMs = performance.now()
        if (nowMs < fromMs || nowMs >= untilMs || count === REQUESTS_MAX) return
        latenciesMs[count] = latencyMs
        count += 1
      })
    }),
)
