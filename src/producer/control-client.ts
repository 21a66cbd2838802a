/** Asks the aggregator, over comlink, with a bound on every wait. Producer thread. */
import type { Remote } from 'comlink'
import { type ControlEndpoint, toComlink } from '../shared/comlink-endpoint.ts'
import {
  type AggregatorControl,
  type Outcome,
  openOutcome,
  type QueryOptions,
} from '../shared/control-api.ts'
import { TelemetryError } from '../shared/errors.ts'
import type { SeriesSnapshot, TelemetrySnapshot } from '../shared/snapshot.ts'
import { questionOf } from './question.ts'

/** How long an answer is waited for, unless the call says otherwise. */
const CALL_TIMEOUT_MS = 10_000

type Comlink = typeof import('comlink')

/** Puts one question to the aggregator. */
type Ask<Value> = (remote: Remote<AggregatorControl>) => Promise<Outcome<Value>>

/** What `connect` gives. The remote is a proxy that answers to every name, `then` included: it is boxed here, so that no
 *  promise tries to unwrap it. */
interface Connection {
  readonly remote: Remote<AggregatorControl>
  readonly comlink: Comlink
  readonly endpoint: ControlEndpoint
}

/** One connection to the aggregator. It keeps the thread alive only while an answer is due. */
export class ControlClient {
  readonly #open: () => Promise<ControlEndpoint>
  readonly #beforeCall: (endpoint: ControlEndpoint) => void | Promise<void>
  #endpoint: ControlEndpoint | undefined
  #connection: Promise<Connection> | undefined
  #openCalls = 0
  /** Ends each open call. No call waits on a promise that outlives it: its answer would be kept alive as well. */
  readonly #openRejects = new Set<(error: TelemetryError) => void>()
  #closedBy: TelemetryError | undefined
  readonly #queries = new Map<string, Promise<SeriesSnapshot>>()
  #snapshot: Promise<TelemetrySnapshot> | undefined

  /** @param open opens the endpoint, at the first call
   *  @param beforeCall runs before each call, which waits for it */
  constructor(
    open: () => Promise<ControlEndpoint>,
    beforeCall: (endpoint: ControlEndpoint) => void | Promise<void>,
  ) {
    this.#open = open
    this.#beforeCall = beforeCall
  }

  /** One call. The thread stays alive until the answer is there.
   *  @throws TelemetryError what the aggregator had to say; OFFLOOP_TIMEOUT; OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
  async call<Value>(
    ask: Ask<Value>,
    { timeoutMs = CALL_TIMEOUT_MS }: { timeoutMs?: number } = {},
  ): Promise<Value> {
    if (this.#closedBy !== undefined) throw this.#closedBy
    this.#hold()
    let end = () => {}
    try {
      const answer = new Promise<Outcome<Value>>((resolve, reject) => {
        const fix = 'look for what keeps the aggregator thread busy, or wait longer'
        const timeOut = () => reject(new TelemetryError('OFFLOOP_TIMEOUT', { got: `${timeoutMs} ms`, fix }))
        const timer = setTimeout(timeOut, timeoutMs)
        this.#openRejects.add(reject)
        end = () => {
          clearTimeout(timer)
          this.#openRejects.delete(reject)
        }
        this.#ask(ask).then(resolve, reject)
      })
      return openOutcome(await answer)
    } finally {
      end()
      this.#release()
    }
  }

  async #ask<Value>(ask: Ask<Value>): Promise<Outcome<Value>> {
    const { remote, endpoint } = await this.#connect()
    await this.#beforeCall(endpoint)
    return ask(remote)
  }

  /** Statistics of a metric. Equal questions are asked once, until the first has left: what is recorded later would be
   *  missing from its answer. */
  async query(metric: string, options: QueryOptions = {}): Promise<SeriesSnapshot> {
    const question = questionOf(metric, options)
    const { key } = question
    let asked = this.#queries.get(key)
    if (asked === undefined) {
      asked = this.call(remote => {
        this.#queries.delete(key)
        return remote.query(question.metric, question.options)
      }).finally(() => {
        if (this.#queries.get(key) === asked) this.#queries.delete(key)
      })
      this.#queries.set(key, asked)
    }
    return await asked
  }

  snapshot(): Promise<TelemetrySnapshot> {
    if (this.#snapshot !== undefined) return this.#snapshot
    const asked = this.call(remote => {
      this.#snapshot = undefined
      return remote.snapshot()
    }).finally(() => {
      if (this.#snapshot === asked) this.#snapshot = undefined
    })
    this.#snapshot = asked
    return asked
  }

  /** Ends the connection; further calls are not answered. */
  close(error: TelemetryError): void {
    if (this.#closedBy !== undefined) return
    this.#closedBy = error
    for (const reject of this.#openRejects) reject(error)
    // Released first: comlink would else do that when the remote is collected as garbage, on an endpoint that is closed.
    this.#connection?.then(
      ({ remote, comlink, endpoint }) => {
        remote[comlink.releaseProxy]()
        endpoint.close()
      },
      () => {},
    )
  }

  /** Comlink is loaded at the first call: recording does not need it. */
  #connect(): Promise<Connection> {
    this.#connection ??= this.#wrap()
    return this.#connection
  }

  async #wrap(): Promise<Connection> {
    const [comlink, endpoint] = await Promise.all([import('comlink'), this.#open()])
    const remote = comlink.wrap<AggregatorControl>(toComlink(endpoint))
    this.#endpoint = endpoint
    // Listening refs the port, which must keep nobody alive but for the sake of an open call.
    if (this.#openCalls === 0) endpoint.unref()
    else endpoint.ref()
    return { remote, comlink, endpoint }
  }

  #hold(): void {
    if (this.#openCalls++ === 0) this.#endpoint?.ref()
  }

  #release(): void {
    if (--this.#openCalls === 0) this.#endpoint?.unref()
  }
}
