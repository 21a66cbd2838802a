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

/** A call that waits for its answer. No call waits on a promise that outlives it: its answer would be kept alive as
 *  well. */
interface OpenCall {
  /** Asks again, of whatever aggregator there is now. */
  readonly ask: () => void
  readonly reject: (error: TelemetryError) => void
}

/** One connection to the aggregator, or to the next one when that dies: calls that are open then are asked again. It
 *  keeps the thread alive only while an answer is due. */
export class ControlClient {
  readonly #open: () => Promise<ControlEndpoint>
  readonly #beforeCall: (endpoint: ControlEndpoint) => void | Promise<void>
  readonly #onHold: ((isHeld: boolean) => void) | undefined
  #endpoint: ControlEndpoint | undefined
  #connection: Promise<Connection> | undefined
  readonly #openCalls = new Set<OpenCall>()
  #closedBy: TelemetryError | undefined
  readonly #queries = new Map<string, Promise<SeriesSnapshot>>()
  #snapshot: Promise<TelemetrySnapshot> | undefined

  /** @param open opens the endpoint, at the first call
   *  @param beforeCall runs before each call, which waits for it
   *  @param onHold told when a first call opens, and when no call is open any more */
  constructor(
    open: () => Promise<ControlEndpoint>,
    beforeCall: (endpoint: ControlEndpoint) => void | Promise<void>,
    onHold?: (isHeld: boolean) => void,
  ) {
    this.#open = open
    this.#beforeCall = beforeCall
    this.#onHold = onHold
  }

  /** One call. The thread stays alive until the answer is there.
   *  @throws TelemetryError what the aggregator had to say; OFFLOOP_TIMEOUT; OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
  async call<Value>(
    ask: Ask<Value>,
    { timeoutMs = CALL_TIMEOUT_MS }: { timeoutMs?: number } = {},
  ): Promise<Value> {
    if (this.#closedBy !== undefined) throw this.#closedBy
    let end = () => {}
    try {
      const answer = new Promise<Outcome<Value>>((resolve, reject) => {
        const fix = 'look for what keeps the aggregator thread busy, or wait longer'
        const timeOut = () => reject(new TelemetryError('OFFLOOP_TIMEOUT', { got: `${timeoutMs} ms`, fix }))
        const timer = setTimeout(timeOut, timeoutMs)
        let attempts = 0
        const attempt = () => {
          const number = ++attempts
          // A failure of an attempt that is not the latest is that of an aggregator that has died.
          this.#ask(ask).then(resolve, error => number === attempts && reject(error))
        }
        const call = { ask: attempt, reject }
        this.#hold(call)
        end = () => {
          clearTimeout(timer)
          this.#release(call)
        }
        attempt()
      })
      return openOutcome(await answer)
    } finally {
      end()
    }
  }

  /** The aggregator has died and another will be there: every open call is asked again, on a new endpoint. */
  reconnect(): void {
    this.#disconnect()
    this.askAgain()
  }

  /** The same where the endpoint is one that serves the next aggregator as well. */
  askAgain(): void {
    for (const call of this.#openCalls) call.ask()
  }

  /** Ends the calls that are open. */
  rejectAll(error: TelemetryError): void {
    for (const { reject } of this.#openCalls) reject(error)
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
    this.rejectAll(error)
    this.#disconnect()
  }

  #disconnect(): void {
    // Released first: comlink would else do that when the remote is collected as garbage, on an endpoint that is closed.
    this.#connection?.then(
      ({ remote, comlink, endpoint }) => {
        remote[comlink.releaseProxy]()
        endpoint.close()
      },
      () => {},
    )
    this.#connection = undefined
    this.#endpoint = undefined
  }

  /** Comlink is loaded at the first call: recording does not need it. */
  #connect(): Promise<Connection> {
    if (this.#connection === undefined) {
      const connection = this.#wrap()
      this.#connection = connection
      connection.then(
        ({ endpoint }) => this.#connection === connection && this.#use(endpoint),
        () => {},
      )
    }
    return this.#connection
  }

  async #wrap(): Promise<Connection> {
    const [comlink, endpoint] = await Promise.all([import('comlink'), this.#open()])
    const remote = comlink.wrap<AggregatorControl>(toComlink(endpoint))
    return { remote, comlink, endpoint }
  }

  /** Listening refs the endpoint, which must keep nobody alive but for the sake of an open call. */
  #use(endpoint: ControlEndpoint): void {
    this.#endpoint = endpoint
    if (this.#openCalls.size === 0) endpoint.unref()
    else endpoint.ref()
  }

  #hold(call: OpenCall): void {
    if (this.#openCalls.size === 0) {
      this.#endpoint?.ref()
      this.#onHold?.(true)
    }
    this.#openCalls.add(call)
  }

  #release(call: OpenCall): void {
    this.#openCalls.delete(call)
    if (this.#openCalls.size > 0) return
    this.#endpoint?.unref()
    this.#onHold?.(false)
  }
}
