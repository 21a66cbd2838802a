/** Those that come and go in a round: recording threads, a pool, readers of the bus, SLOs, and questions. Main thread. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Telemetry } from 'offloop'
import { Piscina } from 'piscina'
import { type Accounts, checkLane } from './accounts.ts'
import { REQUEST, TASK, TASKS, THREAD_HITS, THREAD_WORK } from './metrics.ts'
import type { Random } from './random.ts'
import type { ThreadTask } from './recording-thread.ts'
import { createTally, type Tally, TallyWord } from './tally.ts'
import { FATES, isTerminated } from './thread-fate.ts'

const TASK_COUNT_MAX = 20
const TASK_SAMPLES_MAX = 500
const TASKS_MAX = 500
const TASK_PAUSE_MS = 5
const SLOW_READER_MS = 20
const ASK_EVERY_MS = 100
const BEGIN_POLL_MS = 5
const BEGIN_POLLS_MAX = 1_000

export class Guests {
  /** What was found wrong with lanes of ended threads. */
  readonly faults: string[] = []
  readonly counts = { threads: 0, terminated: 0, pools: 0, busReaders: 0, slos: 0, answers: 0, refused: 0 }
  readonly #telemetry: Telemetry
  readonly #accounts: Accounts
  readonly #random: Random

  constructor(telemetry: Telemetry, accounts: Accounts, random: Random) {
    this.#telemetry = telemetry
    this.#accounts = accounts
    this.#random = random
  }

  /** A thread that lives for a part of the round. */
  async thread(roundMs: number): Promise<void> {
    const random = this.#random
    await sleep(random.whole(0, roundMs / 4))
    const fate = random.pick(FATES)
    const forMs = random.whole(roundMs / 8, roundMs / 2)
    const tally = createTally()
    const share = this.#telemetry.share()
    const workerData: ThreadTask = { share, tally, fate, seed: random.seed(), forMs }
    const worker = new Worker(new URL('./recording-thread.js', import.meta.url), { workerData })
    const { threadId } = worker
    const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
    // One of the fates is to throw; whatever else goes wrong shows in what arrived.
    worker.on('error', error => {
      if (fate !== 'throw') this.faults.push(`a thread whose fate was "${fate}" threw ${String(error)}`)
    })
    this.counts.threads += 1
    if (isTerminated(fate)) {
      await recordingBegun(tally)
      await sleep(forMs)
      await worker.terminate()
      this.counts.terminated += 1
    }
    await ended
    this.#take(tally)
    const snapshot = await this.#telemetry.snapshot().catch(() => undefined)
    if (snapshot !== undefined) {
      this.faults.push(...checkLane(snapshot, threadId, tally[TallyWord.done]!, tally[TallyWord.begun]!))
    }
  }

  #take(tally: Tally): void {
    const [begun, begunSum, done, doneSum, hitsBegun, hitsDone] = tally as unknown as number[]
    this.#accounts.addRange(THREAD_WORK, { count: done!, sum: doneSum! }, { count: begun!, sum: begunSum! })
    this.#accounts.addRange(
      THREAD_HITS,
      { count: hitsDone!, sum: hitsDone! },
      { count: hitsBegun!, sum: hitsBegun! },
    )
  }

  /** A pool that is made for a few tasks, and destroyed: its threads are terminated. */
  async pool(): Promise<void> {
    const threadCount = this.#random.whole(1, 2)
    const pool = new Piscina({
      filename: new URL('./pool-task.js', import.meta.url).href,
      name: 'record',
      workerData: { share: this.#telemetry.share() },
      minThreads: threadCount,
      maxThreads: threadCount,
    })
    this.counts.pools += 1
    const threadIds = new Set<number>()
    const runTask = async () => {
      const count = this.#random.whole(1, TASK_SAMPLES_MAX)
      threadIds.add(await pool.run({ count }))
      this.#accounts.add(TASK, count, (count * (count + 1)) / 2)
      this.#accounts.add(TASKS, 1, 1)
    }
    await Promise.all(Array.from({ length: this.#random.whole(1, TASK_COUNT_MAX) }, runTask))
    // A thread that is terminated while it loads its files leaves them open, as Node has it.
    for (let task = 0; threadIds.size < threadCount && task < TASKS_MAX; task++) {
      await Promise.all([runTask(), runTask(), sleep(TASK_PAUSE_MS)])
    }
    await pool.destroy()
  }

  /** A thread that listens for a while, in time or too slowly, and ends or is terminated. */
  async busReader(roundMs: number): Promise<void> {
    const port = this.#telemetry.openBus()
    const slowMs = this.#random.isBelow(0.5) ? SLOW_READER_MS : 0
    const worker = new Worker(new URL('./bus-thread.js', import.meta.url), {
      workerData: { port, slowMs },
      transferList: [port],
    })
    worker.on('error', error => this.faults.push(`a reader of the bus threw ${String(error)}`))
    this.counts.busReaders += 1
    const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
    await Promise.race([ended, once(worker, 'message')])
    await sleep(this.#random.whole(roundMs / 4, roundMs / 2))
    if (this.#random.isBelow(0.5)) await worker.terminate()
    else worker.postMessage('end')
    await ended
  }

  /** Objectives that are met, and that are not: both are added, judged, and removed. */
  async slos(roundMs: number): Promise<void> {
    const every = this.#random.pick(['tick', 'interval'] as const)
    const removers = ['p(95)<1ms', 'p(50)<10s'].map(objective =>
      this.#telemetry.slo({ name: `${objective} of the soak`, metric: REQUEST, objective, every }),
    )
    const off = this.#telemetry.on('perf.slo_violation', () => {})
    this.counts.slos += removers.length
    await sleep(roundMs / 2)
    for (const remove of removers) remove()
    off()
  }

  /** Questions, one after the other. */
  async questions(roundMs: number): Promise<void> {
    const telemetry = this.#telemetry
    const ask = [
      () => telemetry.query(REQUEST),
      () => telemetry.query(REQUEST, { window: '1m' }),
      () => telemetry.snapshot(),
      () => telemetry.flush(),
    ]
    const startMs = performance.now()
    while (performance.now() - startMs < roundMs) {
      await this.#random
        .pick(ask)()
        .then(
          () => {
            this.counts.answers += 1
          },
          () => {
            this.counts.refused += 1
          },
        )
      await sleep(ASK_EVERY_MS)
    }
  }
}

/** Waits for the first sample: not for long, should there be none. */
async function recordingBegun(tally: Tally): Promise<void> {
  for (let poll = 0; tally[TallyWord.begun] === 0 && poll < BEGIN_POLLS_MAX; poll++)
    await sleep(BEGIN_POLL_MS)
}
