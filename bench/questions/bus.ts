/** What does it cost to tell another thread of a violation? */
import type { Candidate, Findings, Question, QuestionContext } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { type BusThread, type SendRequest, startBusThread } from '../setup/bus-thread.ts'
import { createBusEnds, createPlainEnds } from '../setup/one-thread-bus.ts'
import { measureRunTimes } from '../setup/run-times.ts'

const TRIPS_PER_RUN = 10
const RUNS_PER_ROUND = 50
const NS_PER_MS = 1e6

/** Violations a second: 0 is the sending thread's timer alone. */
const RATES_PER_S = [0, 100, 1_000, 10_000] as const
const RATE_MEASURED_MS = 400

/** An empty message there and back is part of all of them. */
const TRIPS: readonly { readonly by: SendRequest['by']; readonly name: string }[] = [
  { by: 'offloop', name: 'offloop bus' },
  { by: 'plain', name: 'postMessage of the event (structured clone)' },
  { by: 'comlink', name: 'comlink call with the event' },
  { by: 'nothing', name: '(an empty message)' },
]

export const bus: Question = {
  name: 'bus',
  asks: 'what does it cost to tell another thread of a violation?',
  group: 'cost',
  async answer(context) {
    const ends = await answerEnds(context)
    const thread = await startBusThread()
    // Rounds are told by the first part; the others take as many.
    const quiet = { ...context, onRound: () => {} }
    const trips = await answerTrips(thread, quiet)
    const rates = await answerRates(thread, quiet)
    await thread.end()
    return [trips, ...ends, rates]
  },
}

/** Asked for by a message, so that both threads are in their event loops, as they are in real life. */
async function answerTrips(thread: BusThread, context: QuestionContext): Promise<Findings> {
  const trips = TRIPS.map(({ by, name }): Candidate & { readonly by: SendRequest['by'] } => ({
    by,
    name,
    operationCount: TRIPS_PER_RUN,
    async run() {
      for (let trip = 0; trip < TRIPS_PER_RUN; trip += 1) await thread.ask(by)
    },
  }))
  const figures = await measureRunTimes(trips, context, RUNS_PER_ROUND)
  const [offloop, ...others] = trips.map(one => ({
    name: one.name,
    figures: figures.get(one)!.p50Ms.map(ms => ms * NS_PER_MS),
  }))
  const sendingCount = TRIPS.filter(({ by }) => by !== 'nothing').length
  return {
    part: 'from asking another thread for a violation to the callback with it',
    unit: 'ns',
    subject: offloop,
    rows: others,
    checks: [
      {
        what: 'violations that arrived, whole',
        expected: (context.roundCount + 1) * RUNS_PER_ROUND * TRIPS_PER_RUN * sendingCount,
        actual: thread.violationCount(),
      },
    ],
  }
}

/** What of this is whose: of a thread that sends, and of one that takes what lies in its port. */
async function answerEnds(context: QuestionContext): Promise<Findings[]> {
  const offloop = createBusEnds()
  const plain = createPlainEnds()
  const candidates = [offloop.publishing, plain.publishing, offloop.listening, plain.listening]
  const figures = await measureRounds(candidates, context)
  offloop.end()
  plain.end()
  const findings = (part: string, own: Candidate, other: Candidate): Findings => ({
    part,
    unit: 'ns',
    subject: { name: own.name, figures: figures.get(own)! },
    rows: [{ name: other.name, figures: figures.get(other)! }],
    checks: [],
  })
  return [
    findings('a violation, for the thread that sends it', offloop.publishing, plain.publishing),
    findings('a violation, for the thread that listens', offloop.listening, plain.listening),
  ]
}

/** The whole process, with both threads awake for each batch of the sender's timer. */
async function answerRates(thread: BusThread, { roundCount }: QuestionContext): Promise<Findings> {
  const figures = new Map<number, number[]>(RATES_PER_S.map(perS => [perS, []]))
  const arrivals = new Map(RATES_PER_S.map(perS => [perS, { count: 0, dueCount: 0 }]))
  for (let round = -1; round < roundCount; round += 1) {
    for (const perS of RATES_PER_S) {
      thread.sendAtRate(perS)
      const before = { count: thread.violationCount(), cpu: process.cpuUsage(), ms: performance.now() }
      await new Promise(resolve => setTimeout(resolve, RATE_MEASURED_MS))
      const { user, system } = process.cpuUsage(before.cpu)
      const passedMs = performance.now() - before.ms
      const arrived = arrivals.get(perS)!
      arrived.count += thread.violationCount() - before.count
      arrived.dueCount += (perS * passedMs) / 1e3
      if (round >= 0) figures.get(perS)!.push((100 * (user + system)) / 1e3 / passedMs)
    }
  }
  // What is on its way when a rate begins or ends counts for another one, or for none.
  const tooFewCount = [...arrivals.values()].filter(({ count, dueCount }) => count < 0.8 * dueCount).length
  return {
    part: 'a process with violations on its bus: time of one core, both threads',
    unit: 'percent',
    curve: { x: 'violations per second', scale: 'log' },
    rows: RATES_PER_S.map(perS => {
      const row = { name: `${perS.toLocaleString('en')} violations a second`, figures: figures.get(perS)! }
      // A logarithmic axis has no place for 0.
      return perS === 0 ? row : { ...row, at: perS, line: 'offloop bus' }
    }),
    checks: [{ what: 'rates that were not kept up', expected: 0, actual: tooFewCount }],
  }
}
