/** What does counting one thing cost? */
import type { Candidate, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { type CountedPeer, checkCounted } from '../setup/counted-peers.ts'
import { closeChecked, startTelemetry } from '../setup/live-telemetry.ts'
import { createReadableMeter } from '../setup/opentelemetry.ts'
import { PLATFORMATIC, PROM_CLIENT, type PromLibrary, promSum } from '../setup/prom-client.ts'

const COUNTS_PER_RUN = 65_536
/** Fewer for what takes longer. */
const SLOW_COUNTS_PER_RUN = 4_096
/** Counters of each kind, counted up in turn: on one alone, each increment would only wait for the one before it to
 *  reach memory. A power of two. */
const COUNTER_COUNT = 8
const COUNTER_MASK = COUNTER_COUNT - 1

export const counter: Question = {
  name: 'counter',
  asks: 'what does counting one thing cost?',
  group: 'cost',
  measuresAllocation: true,
  async answer(context) {
    const telemetry = await startTelemetry()
    const hits = telemetry.counter('hits', { labelNames: ['instrument'] })
    const handles = counters(index => hits.labels({ instrument: `${index}` }))

    /** Adds to a cell of shared memory. */
    const offloop: Candidate = {
      name: 'offloop counter.add(1)',
      operationCount: COUNTS_PER_RUN,
      run() {
        for (let index = 0; index < COUNTS_PER_RUN; index += 1) handles[index & COUNTER_MASK]!.add(1)
        return handles
      },
    }
    const plain = createPlainCells()
    const libraries = [createPromClient(), createPlatformatic(), createOpenTelemetry()]
    const peers = [plain, ...libraries]
    const figures = await measureRounds([offloop, ...peers.map(({ candidate }) => candidate)], context)
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return {
      unit: 'ns',
      subject: rowOf(offloop),
      rows: [
        {
          ...rowOf(plain.candidate),
          goal: { of: 'ratio', bound: 'at most', limit: 3, figure: 'counter' },
        },
        ...libraries.map(({ candidate }) => rowOf(candidate)),
      ],
      checks: [
        ...(await closeChecked(telemetry, 'hits', context.meter.operationCountOf(offloop))),
        await checkCounted(peers, context.meter),
      ],
    }
  },
}

/** The least there is: a word of this thread's own. */
function createPlainCells(): CountedPeer {
  const cells = new Uint32Array(COUNTER_COUNT)
  const candidate: Candidate = {
    name: 'typed-array increment',
    operationCount: COUNTS_PER_RUN,
    run() {
      for (let index = 0; index < COUNTS_PER_RUN; index += 1) cells[index & COUNTER_MASK]! += 1
      return cells
    },
  }
  return { candidate, recordedCount: () => cells.reduce((sum, count) => sum + count, 0) }
}

function createPromClient(): CountedPeer {
  const own = createPromCounters(PROM_CLIENT)
  const candidate: Candidate = {
    name: 'prom-client counter.inc(1)',
    operationCount: SLOW_COUNTS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_COUNTS_PER_RUN; index += 1) own[index & COUNTER_MASK]!.inc(1)
      return own
    },
  }
  return { candidate, recordedCount: () => promSum(own) }
}

/** A loop of its own, so that its call site sees one kind of callee. */
function createPlatformatic(): CountedPeer {
  const own = createPromCounters(PLATFORMATIC)
  const candidate: Candidate = {
    name: '@platformatic/prom-client counter.inc(1)',
    operationCount: SLOW_COUNTS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_COUNTS_PER_RUN; index += 1) own[index & COUNTER_MASK]!.inc(1)
      return own
    },
  }
  return { candidate, recordedCount: () => promSum(own) }
}

function createPromCounters({ library }: PromLibrary) {
  const registers = [new library.Registry()]
  return counters(index => new library.Counter({ name: `hits_${index}`, help: 'Hits', registers }))
}

function createOpenTelemetry(): CountedPeer {
  const { meter, recordedCount } = createReadableMeter()
  const own = counters(index => meter.createCounter(`hits_${index}`))
  const candidate: Candidate = {
    name: 'OpenTelemetry counter.add(1)',
    operationCount: SLOW_COUNTS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_COUNTS_PER_RUN; index += 1) own[index & COUNTER_MASK]!.add(1)
      return own
    },
  }
  return { candidate, recordedCount }
}

function counters<Instrument>(create: (index: number) => Instrument): Instrument[] {
  return Array.from({ length: COUNTER_COUNT }, (_, index) => create(index))
}
