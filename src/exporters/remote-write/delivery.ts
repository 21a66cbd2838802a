/** Delivers collections in their order: a bounded queue, one request at a time, tried again as long as it may arrive.
 *  Aggregator thread. */
import type { Failure, Outcome, Sender } from './attempt.ts'
import type { Collection, PackedRequest } from './collection.ts'
import { retryWaitMs } from './retry-after.ts'

/** What becomes of it all is told here. */
export interface DeliveryReport {
  began(): void
  /** A collection arrived, or was given up, so long after it was begun. */
  ended(durationMs: number): void
  failed(failure: Failure, content: PackedRequest['content']): void
  /** Requests that will never be sent again, and the figures in them. */
  dropped(requestCount: number, figureCount: number, why: string): void
}

/** How a collection ended: undefined when all of it arrived, else what was wrong with it. */
export type DeliveryEnd = string | undefined

/** Whatever the number of collections: the aggregator lives in the application's process. */
const QUEUE_BYTES_MAX = 32 * 2 ** 20
const CLOSED = 'it was closed before they could be sent'

interface Queued {
  readonly collection: Collection
  readonly byteCount: number
  /** Requests that are done with. */
  doneCount: number
  problem: DeliveryEnd
  readonly settle: (end: DeliveryEnd) => void
}

interface DeliveryOptions {
  readonly sender: Sender
  readonly report: DeliveryReport
  /** Collections that wait at most. */
  readonly queueMax: number
  readonly nowMs: () => number
  /** In [0, 1). */
  readonly random: () => number
}

export class Delivery {
  readonly #options: DeliveryOptions
  readonly #queue: Queued[] = []
  readonly #ended = new AbortController()
  #isRunning = false
  #isOnItsWay = false
  #failuresInRow = 0
  /** What failed last: said to those who wait for a collection that never got its turn. */
  #lastProblem: string | undefined
  /** Ends the waiting for the next try; undefined while there is none, or while the store has asked for it. */
  #endBackoff: (() => void) | undefined
  #isAskedToWait = false
  #isEnding = false

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Why the latest request did not arrive; undefined when it did. */
  get lastProblem(): string | undefined {
    return this.#lastProblem
  }

  get isClosed(): boolean {
    return this.#ended.signal.aborted
  }

  /** Puts it behind those that wait, of which the oldest is dropped when they are too many.
   *  @returns how it ends */
  add(collection: Collection): Promise<DeliveryEnd> {
    return new Promise(settle => {
      const byteCount = collection.requests.reduce((total, { body }) => total + body.length, 0)
      this.#queue.push({ collection, byteCount, doneCount: 0, problem: undefined, settle })
      if (this.isClosed) {
        this.#drop(0, CLOSED)
        return
      }
      this.#dropOldest()
      if (!this.#isRunning) void this.#run()
    })
  }

  /** Tries again now, unless the store has said when. */
  hurry(): void {
    this.#endBackoff?.()
  }

  /** What waits gets one more try, and none that the store has not asked for yet. */
  end(): void {
    this.#isEnding = true
    if (this.#isAskedToWait) this.close()
    else this.hurry()
  }

  /** Ends it at once: what waits is dropped. */
  close(): void {
    if (this.isClosed) return
    this.#ended.abort()
    while (this.#queue.length > 0) this.#drop(0, CLOSED)
    this.#options.sender.close()
  }

  /** Never rejects: a sender does not. */
  async #run(): Promise<void> {
    this.#isRunning = true
    for (let queued = this.#queue[0]; queued !== undefined; queued = this.#queue[0]) {
      const request = queued.collection.requests[queued.doneCount]
      if (request === undefined) {
        this.#queue.shift()
        this.#settle(queued, queued.problem)
        continue
      }
      const outcome = await this.#attempt(request)
      if (this.isClosed) return
      await this.#conclude(queued, request, outcome)
    }
    this.#isRunning = false
  }

  async #attempt(request: PackedRequest): Promise<Outcome> {
    this.#isOnItsWay = true
    const outcome = await this.#options.sender.send(request.body, this.#ended.signal)
    this.#isOnItsWay = false
    return outcome
  }

  async #conclude(queued: Queued, request: PackedRequest, outcome: Outcome): Promise<void> {
    const { report } = this.#options
    if (outcome.kind === 'delivered') {
      this.#failuresInRow = 0
      this.#lastProblem = undefined
      queued.doneCount += 1
      return
    }
    report.failed(outcome, request.content)
    const isDispensable = request.figureCount === 0
    if (outcome.kind === 'failed' && !(isDispensable && outcome.isAnswer)) {
      this.#lastProblem = outcome.detail
      this.#failuresInRow += 1
      if (this.#isEnding) this.close()
      else await this.#waitToRetry(outcome.retryAfterMs)
      return
    }
    this.#failuresInRow = 0
    queued.doneCount += 1
    if (isDispensable) return
    this.#lastProblem = outcome.detail
    queued.problem = outcome.detail
    report.dropped(1, request.figureCount, outcome.detail)
  }

  async #waitToRetry(retryAfterMs: number | undefined): Promise<void> {
    this.#dropOldest()
    const { random } = this.#options
    const waitMs = retryWaitMs(this.#failuresInRow, retryAfterMs, random())
    await new Promise<void>(resolve => {
      const finish = () => {
        clearTimeout(timer)
        this.#ended.signal.removeEventListener('abort', finish)
        resolve()
      }
      const timer = setTimeout(finish, waitMs)
      this.#ended.signal.addEventListener('abort', finish)
      this.#isAskedToWait = retryAfterMs !== undefined
      if (!this.#isAskedToWait) this.#endBackoff = finish
    })
    this.#endBackoff = undefined
    this.#isAskedToWait = false
  }

  /** Of those that wait: the one on its way may have arrived already. */
  #dropOldest(): void {
    const first = this.#isOnItsWay ? 1 : 0
    if (this.#queue.length - first > this.#options.queueMax) this.#drop(first, 'too many collections wait')
    while (this.#queue.length - first > 1 && this.#bytesFrom(first) > QUEUE_BYTES_MAX) {
      this.#drop(first, `more than ${QUEUE_BYTES_MAX / 2 ** 20} MiB wait`)
    }
  }

  #bytesFrom(first: number): number {
    return this.#queue.slice(first).reduce((total, { byteCount }) => total + byteCount, 0)
  }

  #drop(index: number, why: string): void {
    const [queued] = this.#queue.splice(index, 1)
    if (queued === undefined) return
    const rest = queued.collection.requests
      .slice(queued.doneCount)
      .filter(({ figureCount }) => figureCount > 0)
    const figureCount = rest.reduce((total, request) => total + request.figureCount, 0)
    if (rest.length > 0) this.#options.report.dropped(rest.length, figureCount, why)
    this.#settle(queued, this.#lastProblem === undefined ? why : `${why}; ${this.#lastProblem}`)
  }

  #settle({ collection, settle }: Queued, end: DeliveryEnd): void {
    const { report, nowMs } = this.#options
    report.ended(nowMs() - collection.timeMs)
    settle(end)
  }
}
