/** A worker thread of the soak run: attaches, records, asks, and meets its fate. Entry of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
import { type AttachedTelemetry, attachTelemetry, type TelemetryShare } from 'offloop'
import { THREAD_HITS, THREAD_MARK, THREAD_WORK } from './metrics.ts'
import { Random } from './random.ts'
import { type Tally, tallied, talliedHit } from './tally.ts'
import { type Fate, isTerminated } from './thread-fate.ts'

export interface ThreadTask {
  readonly share: TelemetryShare
  readonly tally: Tally
  readonly fate: Fate
  readonly seed: number
  readonly forMs: number
}

const BURST_MAX = 2_000
const VALUE_MAX = 200
const IDLE_MS_MAX = 20
const ASKING_SHARE = 0.1
const asleep = new Int32Array(new SharedArrayBuffer(4))

const { share, tally, fate, seed, forMs } = workerData as ThreadTask
const random = new Random(seed)
// What a terminated thread has not published is gone: it publishes each sample.
const telemetry = attachTelemetry(share, { publishEvery: isTerminated(fate) ? 1 : 64 })
const work = telemetry.latency(THREAD_WORK, { unit: 'ms', labelNames: ['fate'] }).labels({ fate })
const hits = telemetry.counter(THREAD_HITS)
if (fate === 'terminated blocked') recordForEver()
else await recordAWhile()

function burst(): void {
  const count = random.whole(1, BURST_MAX)
  for (let sample = 0; sample < count; sample++) {
    tallied(tally, random.whole(1, VALUE_MAX), value => work.record(value))
  }
  talliedHit(tally, () => hits.add(1))
}

/** Its loop never turns: it is terminated in a burst, or between two. */
function recordForEver(): void {
  for (;;) {
    burst()
    Atomics.wait(asleep, 0, 0, random.whole(0, IDLE_MS_MAX))
  }
}

async function recordAWhile(): Promise<void> {
  // Loads what asking needs: a thread that is terminated while it loads a file leaves that open, as Node has it.
  await telemetry.flush()
  if (fate === 'terminated with open marks') openMarks(telemetry)
  const startMs = performance.now()
  while (isTerminated(fate) || performance.now() - startMs < forMs) {
    burst()
    if (random.isBelow(ASKING_SHARE)) await ask(telemetry)
    await sleep(random.whole(0, IDLE_MS_MAX))
  }
  if (fate === 'close') await telemetry.close()
  else if (fate === 'exit') process.exit(0)
  else if (fate === 'throw') throw new Error('the fate of this thread')
}

function openMarks(telemetry: AttachedTelemetry): void {
  const latency = telemetry.latency(THREAD_MARK)
  for (let mark = 0; mark < 100; mark++) latency.markStart()
}

/** An answer may fail while the aggregator is started again. */
async function ask(telemetry: AttachedTelemetry): Promise<void> {
  const question = random.pick([
    () => telemetry.query(THREAD_WORK),
    () => telemetry.snapshot(),
    () => telemetry.flush(),
  ])
  await question().catch(() => {})
}
