/** The load, in a process of its own: autocannon against the URL it is given. Ends by itself: when the time is up, when
 *  it is told to, when its parent is gone, and at the latest after a grace period. */
import autocannon from 'autocannon'

/** What the parent asks for. */
export interface LoadPlan {
  readonly url: string
  readonly connections: number
  readonly durationMs: number
}

/** What the clients saw. */
export interface LoadResult {
  readonly requests: number
  /** Connections that broke, and requests that timed out. */
  readonly errors: number
  readonly latencyP99Ms: number
}

export type LoadMessage =
  | { readonly type: 'started' }
  | { readonly type: 'finished'; readonly result: LoadResult }
  | { readonly type: 'failed'; readonly reason: string }

/** Every connection goes through these in turn. */
const PATHS = ['/', '/users', '/search', '/', '/users', '/search', '/checkout']

const SAMPLE_INTERVAL_MS = 100
const GRACE_MS = 10_000

const plan = JSON.parse(process.argv[2] ?? '{}') as LoadPlan

setTimeout(() => process.exit(1), plan.durationMs + GRACE_MS).unref()
process.once('disconnect', () => process.exit(1))
// Ctrl-C reaches the whole process group. The parent decides what it means, and tells.
process.on('SIGINT', () => {})

const load = autocannon(
  {
    url: plan.url,
    connections: plan.connections,
    duration: plan.durationMs / 1_000,
    sampleInt: SAMPLE_INTERVAL_MS,
    requests: PATHS.map(path => ({ method: 'GET', path })),
  },
  (error, result) => {
    if (error !== null) {
      tell({ type: 'failed', reason: error.message })
      return
    }
    const { requests, errors, timeouts, latency } = result
    tell({
      type: 'finished',
      result: { requests: requests.total, errors: errors + timeouts, latencyP99Ms: latency.p99 },
    })
  },
)
load.once('start', () => tell({ type: 'started' }))
process.on('message', message => {
  if (message === 'stop') load.stop()
})

function tell(message: LoadMessage): void {
  process.send?.(message, () => {
    if (message.type !== 'started') process.exit(message.type === 'finished' ? 0 : 1)
  })
}
