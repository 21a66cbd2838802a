/** The metrics of all processes of a cluster, asked for by the primary one. Any process of `node:cluster`. */
import type { Cluster, Worker } from 'node:cluster'
import { createRequire } from 'node:module'
import { aggregateAll } from './aggregation.ts'
import type { Metric } from './metric-configuration.ts'
import type { ShownMetric } from './registered-metric.ts'
import {
  globalRegistry,
  type OpenMetricsContentType,
  type PrometheusContentType,
  Registry,
  type RegistryContentType,
} from './registry.ts'

const TIMEOUT_MS = 5_000

/** From the primary process to the others, and back. */
const REQUEST = 'offloop:prom-client:request'
const ANSWER = 'offloop:prom-client:answer'

interface Answer {
  readonly type: typeof ANSWER
  readonly requestId: number
  readonly metrics?: readonly (readonly ShownMetric[])[]
  readonly error?: string
}

/** One round of questions. */
interface Round {
  readonly metrics: (readonly ShownMetric[])[]
  readonly pending: Set<number>
  readonly resolve: (metrics: readonly (readonly ShownMetric[])[]) => void
  readonly reject: (error: Error) => void
}

const rounds = new Map<number, Round>()
let requestCount = 0
let isListening = false
let answering: readonly Registry[] = [globalRegistry]

type AnyContent = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>

export class AggregatorRegistry<T extends RegistryContentType = PrometheusContentType> extends Registry<T> {
  constructor(contentType?: T) {
    super(contentType)
    listen()
  }

  /** The metrics of all processes but the primary one, which asks. One that ends meanwhile is left out.
   *  @throws Error when one of them does not answer within 5 s, or fails to */
  async clusterMetrics(): Promise<string> {
    const { workers = {} } = cluster()
    const asked = Object.values(workers).filter(worker => worker?.isConnected()) as Worker[]
    if (asked.length === 0) return ''
    const requestId = requestCount++
    let timer: NodeJS.Timeout | undefined
    try {
      const answers = new Promise<readonly (readonly ShownMetric[])[]>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error('Operation timed out.')), TIMEOUT_MS)
        const pending = new Set(asked.map(({ id }) => id))
        rounds.set(requestId, { metrics: [], pending, resolve, reject })
      })
      for (const worker of asked) {
        // Unheard, the error of a process that has just died would end this one.
        worker.send({ type: REQUEST, requestId }, error => {
          if (error !== null) leave(worker.id)
        })
      }
      return await AggregatorRegistry.aggregate<T>(await answers, this.contentType).metrics()
    } finally {
      clearTimeout(timer)
      rounds.delete(requestId)
    }
  }

  /** A registry of metrics that were read before, in whatever process.
   *  @param metrics what `getMetricsAsJSON()` gave, for each process */
  static aggregate<T extends RegistryContentType>(
    metrics: readonly (readonly object[])[] | object[],
    contentType?: T,
  ): Registry<T> {
    const registry = new Registry<T>(contentType)
    for (const metric of aggregateAll(metrics as readonly (readonly ShownMetric[])[])) {
      registry.registerMetric({ ...metric, get: () => metric } as unknown as Metric)
    }
    return registry
  }

  /** Which registries a process answers with; the default one unless said otherwise.
   *  @throws TypeError for what is no registry */
  static setRegistries(registries: AnyContent | AnyContent[]): void {
    const given = Array.isArray(registries) ? registries : [registries]
    for (const registry of given) {
      if (!(registry instanceof Registry)) throw new TypeError(`Expected Registry, got ${typeof registry}`)
    }
    answering = given as Registry[]
  }
}

/** Loaded when it is needed: some servers of applications do not bear it. */
function cluster(): Cluster {
  return createRequire(import.meta.url)('node:cluster') as Cluster
}

function listen(): void {
  if (isListening) return
  isListening = true
  const { isPrimary, isWorker } = cluster()
  if (isPrimary) {
    cluster().on('message', (worker, message) => {
      if (message?.type === ANSWER) take(worker.id, message as Answer)
    })
    cluster().on('disconnect', ({ id }) => leave(id))
  }
  if (isWorker) {
    process.on('message', (message: { type?: unknown; requestId?: number } | undefined) => {
      if (message?.type === REQUEST) void answer(message.requestId ?? -1)
    })
  }
}

function take(workerId: number, { requestId, metrics = [], error }: Answer): void {
  const round = rounds.get(requestId)
  if (round === undefined || !round.pending.delete(workerId)) return
  round.metrics.push(...metrics)
  if (error !== undefined) round.reject(new Error(error))
  else if (round.pending.size === 0) round.resolve(round.metrics)
}

/** This process answers no more. */
function leave(workerId: number): void {
  for (const { pending, metrics, resolve } of rounds.values()) {
    if (pending.delete(workerId) && pending.size === 0) resolve(metrics)
  }
}

async function answer(requestId: number): Promise<void> {
  const told = await Promise.all(answering.map(registry => registry.getMetricsAsJSON())).then(
    metrics => ({ metrics }),
    error => ({ error: error instanceof Error ? error.message : String(error) }),
  )
  // The primary process may be gone by now.
  process.send?.({ type: ANSWER, requestId, ...told }, undefined, undefined, () => {})
}
