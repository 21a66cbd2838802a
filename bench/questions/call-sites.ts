/** Does it matter who calls: one handle over and over, one among a thousand, a call site that sees everything? */
import type { Telemetry } from 'offloop'
import type { Candidate, Findings, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { compileCallLoop, compileMegamorphicLoop, type Instrument, shuffled } from '../setup/call-loop.ts'
import { type CountedPeer, checkCounted } from '../setup/counted-peers.ts'
import { HISTOGRAM_PEERS, type HistogramPeer, NODE_PEER } from '../setup/histogram-peers.ts'
import { INPUT_COUNT, lognormalValues, uniformNumbers } from '../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../setup/live-telemetry.ts'

interface Site {
  readonly part: string
  /** Instruments of each library. */
  readonly count: number
  readonly compile: typeof compileCallLoop
}

/** A call that is measured, and what shows that it was made. */
interface Call {
  readonly candidate: Candidate
  /** Of a peer; offloop's calls are counted by the aggregator. */
  readonly recordedCount?: CountedPeer['recordedCount']
}

const SITES: readonly Site[] = [
  { part: 'one handle, over and over', count: 1, compile: compileCallLoop },
  { part: 'one among 1,000 handles, in no order', count: 1_000, compile: compileCallLoop },
  {
    part: 'one handle, at a call site that has seen many classes',
    count: 1,
    compile: compileMegamorphicLoop,
  },
]
/** Places in the order of a thousand handles: the first power of two that has room for all. */
const ORDER_COUNT = 1_024
/** Fewer for what takes longer. */
const SLOW_RECORDS_PER_RUN = 4_096

const durationsMs = lognormalValues(INPUT_COUNT)

export const callSites: Question = {
  name: 'call-sites',
  asks: 'does it matter who calls: one handle over and over, one among a thousand, a site that sees everything?',
  group: 'cost',
  measuresAllocation: true,
  async answer(context) {
    const telemetry = await startTelemetry()
    const sites = SITES.map(site => ({ ...site, calls: callsAt(site, telemetry) }))
    const mixed = createMixedCall(telemetry)
    sites.at(-1)!.calls.push(mixed)
    const calls = sites.flatMap(site => site.calls)
    // All in the same rounds, so that the sites can be compared with each other, too.
    const figures = await measureRounds(
      calls.map(({ candidate }) => candidate),
      context,
    )
    const rowOf = ({ candidate }: Call) => ({ name: candidate.name, figures: figures.get(candidate)! })
    const madeCount = (made: readonly Call[]) =>
      made.reduce((sum, { candidate }) => sum + context.meter.operationCountOf(candidate), 0)
    const peerCalls = calls.filter((call): call is CountedPeer => call.recordedCount !== undefined)
    const checks = [
      ...(await closeChecked(
        telemetry,
        'request',
        madeCount(calls.filter(call => call !== mixed && call.recordedCount === undefined)),
      )),
      await checkCounted(peerCalls, context.meter),
    ]
    return sites.map(({ part, calls: [offloop, ...others] }, index): Findings => {
      return {
        part,
        unit: 'ns',
        subject: rowOf(offloop!),
        rows: others.map(rowOf),
        checks: index === SITES.length - 1 ? checks : [],
      }
    })
  },
}

/** The same call of every library, offloop's first. */
function callsAt(site: Site, telemetry: Telemetry): Call[] {
  const requests = telemetry.latency('request', { labelNames: ['instrument'] })
  const handles = Array.from({ length: site.count }, (_, index) =>
    requests.labels({ instrument: `${index}` }),
  )
  const offloop: Candidate = {
    name: 'offloop latency.record()',
    operationCount: RECORDS_PER_RUN,
    prepare: () => telemetry.flush(),
    run: site.compile({
      instruments: inNoOrder(handles),
      method: 'record',
      inputs: durationsMs,
      callCount: RECORDS_PER_RUN,
    }),
  }
  return [{ candidate: offloop }, ...HISTOGRAM_PEERS.map(peer => peerCallAt(site, peer))]
}

/** As many histograms without labels: for those that hash labels at each call the cheaper way. */
function peerCallAt(site: Site, peer: HistogramPeer): CountedPeer {
  const { histograms, recordedCount } = peer.create(site.count)
  const callCount = peer === NODE_PEER ? RECORDS_PER_RUN : SLOW_RECORDS_PER_RUN
  const candidate: Candidate = {
    name: peer.name,
    operationCount: callCount,
    run: site.compile({
      instruments: inNoOrder(histograms),
      method: peer.method,
      inputs: peer.inputsOf(durationsMs),
      callCount,
    }),
  }
  return { candidate, recordedCount }
}

/** What an application has that measures by one function of its own: three kinds of instrument in no order at one call
 *  site, which a processor cannot predict. */
function createMixedCall(telemetry: Telemetry): Call {
  const hits = telemetry.counter('hits')
  const kinds = [telemetry.latency('latency'), telemetry.gauge('level'), { record: () => hits.add(1) }]
  return {
    candidate: {
      name: 'offloop latency.record(), gauge.record(), counter.add(1) in no order',
      operationCount: RECORDS_PER_RUN,
      prepare: () => telemetry.flush(),
      run: compileMegamorphicLoop({
        instruments: shuffled(kinds, ORDER_COUNT, uniformNumbers(2)),
        method: 'record',
        inputs: durationsMs,
        callCount: RECORDS_PER_RUN,
      }),
    },
  }
}

/** One stays one; of many, a power of two. */
function inNoOrder(instruments: readonly Instrument[]): Instrument[] {
  return instruments.length === 1
    ? [...instruments]
    : shuffled(instruments, ORDER_COUNT, uniformNumbers(instruments.length))
}
