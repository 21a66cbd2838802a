/** What does recording one duration cost? */
import type { Candidate, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { compileCallLoop } from '../setup/call-loop.ts'
import { startCoreRoundTrip } from '../setup/core-round-trip.ts'
import { HDR_WASM_PEER, HISTOGRAM_PEERS, type HistogramPeer, NODE_PEER } from '../setup/histogram-peers.ts'
import { INPUT_COUNT, lognormalValues } from '../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../setup/live-telemetry.ts'
import { BESIDE_WASM } from '../setup/sketches.ts'

/** Instruments of each kind, used in turn. A power of two. */
const INSTRUMENT_COUNT = 4
/** Fewer for what takes longer: a run of either takes a fraction of a millisecond. */
const SLOW_RECORDS_PER_RUN = 4_096

const durationsMs = lognormalValues(INPUT_COUNT)

export const record: Question = {
  name: 'record',
  asks: 'what does recording one duration cost?',
  group: 'cost',
  measuresAllocation: true,
  async answer(context) {
    const telemetry = await startTelemetry()
    const latencies = telemetry.latency('request', { labelNames: ['instrument'] })

    /** A push into the lane; the aggregator empties it between runs. */
    const offloop: Candidate = {
      name: 'offloop latency.record()',
      operationCount: RECORDS_PER_RUN,
      prepare: () => telemetry.flush(),
      run: compileCallLoop({
        instruments: Array.from({ length: INSTRUMENT_COUNT }, (_, index) =>
          latencies.labels({ instrument: `${index}` }),
        ),
        method: 'record',
        inputs: durationsMs,
        callCount: RECORDS_PER_RUN,
      }),
    }
    const peers = HISTOGRAM_PEERS.map(createPeer)
    const roundTrip = await startCoreRoundTrip()
    const candidates = [offloop, ...peers.map(({ candidate }) => candidate), roundTrip.candidate]
    const figures = await measureRounds(candidates, context)
    await roundTrip.end()
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    const [node, ...others] = candidates.slice(1)
    // Made only now, since it slows the others down; they are measured once more, beside it.
    peers.push(createPeer(HDR_WASM_PEER))
    const besideWasm = [offloop, node!, peers.at(-1)!.candidate]
    const besideFigures = await measureRounds(besideWasm, { ...context, onRound: () => {} })
    const [subject, ...rows] = besideWasm.map(one => ({ name: one.name, figures: besideFigures.get(one)! }))
    let countedCount = 0
    for (const { recordedCount } of peers) countedCount += await recordedCount()
    return [
      {
        unit: 'ns',
        subject: rowOf(offloop),
        rows: [
          { ...rowOf(node!), goal: { of: 'ratio', bound: 'at most', limit: 0.3 } },
          ...others.map(rowOf),
        ],
        checks: [
          ...(await closeChecked(telemetry, 'request', context.meter.operationCountOf(offloop))),
          {
            what: 'recorded through the other histograms, and counted by them',
            expected: peers.reduce(
              (sum, { candidate }) => sum + context.meter.operationCountOf(candidate),
              0,
            ),
            actual: countedCount,
          },
        ],
      },
      { part: BESIDE_WASM, unit: 'ns', subject, rows, checks: [] },
    ]
  },
}

/** Finds the bucket on this thread. Without labels and attributes. */
function createPeer(peer: HistogramPeer) {
  const { histograms, recordedCount } = peer.create(INSTRUMENT_COUNT)
  const callCount = peer === NODE_PEER ? RECORDS_PER_RUN : SLOW_RECORDS_PER_RUN
  const candidate: Candidate = {
    name: peer.name,
    operationCount: callCount,
    run: compileCallLoop({
      instruments: [...histograms],
      method: peer.method,
      inputs: peer.inputsOf(durationsMs),
      callCount,
    }),
  }
  return { candidate, recordedCount }
}
