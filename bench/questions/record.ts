/** What does recording one duration cost? */
import { attachTelemetry, type Telemetry } from 'offloop'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import type { Candidate, Findings, Question, QuestionContext } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { type Bursts, compileCallLoop } from '../setup/call-loop.ts'
import { startCoreRoundTrip } from '../setup/core-round-trip.ts'
import { type CountedPeer, checkCounted } from '../setup/counted-peers.ts'
import { HDR_WASM_PEER, HISTOGRAM_PEERS, type HistogramPeer, NODE_PEER } from '../setup/histogram-peers.ts'
import { INPUT_COUNT, lognormalValues } from '../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../setup/live-telemetry.ts'
import { BESIDE_WASM } from '../setup/sketches.ts'

/** Instruments of each kind, used in turn. A power of two. */
const INSTRUMENT_COUNT = 4
/** Fewer for what takes longer: a run of either takes a fraction of a millisecond. */
const SLOW_RECORDS_PER_RUN = 4_096
/** Of the samples of one step of the coarse clock, the first 64 are published one by one (docs/adr/0008). */
const RECORDS_PER_BURST = 32

const durationsMs = lognormalValues(INPUT_COUNT)

export const record: Question = {
  name: 'record',
  asks: 'what does recording one duration cost?',
  group: 'cost',
  measuresAllocation: true,
  async answer(context) {
    const telemetry = await startTelemetry()
    const offloop = createOffloop('offloop latency.record(), in one burst', telemetry)
    const peers = HISTOGRAM_PEERS.map(createPeer)
    const roundTrip = await startCoreRoundTrip()
    const [node, ...others] = peers.map(({ candidate }) => candidate)
    const figures = await measureRounds([offloop, node!, ...others, roundTrip.candidate], context)
    await roundTrip.end()
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })

    const attached = createAttached(telemetry)
    const inBursts = createInBursts(telemetry)
    const eager = [
      await answerBeside(
        'the same on an attached thread: each sample is published',
        [attached, node!],
        context,
      ),
      await answerBeside(
        `the same in bursts of ${RECORDS_PER_BURST}, as requests come: each sample is published`,
        [inBursts, node!],
        context,
      ),
    ]
    // Made only now, since it slows the others down; they are measured once more, beside it.
    peers.push(createPeer(HDR_WASM_PEER))
    const besideWasm = await answerBeside(BESIDE_WASM, [offloop, node!, peers.at(-1)!.candidate], context)
    const recordedCount = [offloop, attached, inBursts].reduce(
      (sum, one) => sum + context.meter.operationCountOf(one),
      0,
    )
    const main: Findings = {
      unit: 'ns',
      subject: rowOf(offloop),
      rows: [
        { ...rowOf(node!), goal: { of: 'ratio', bound: 'at most', limit: 0.3, figure: 'record' } },
        ...others.map(rowOf),
        rowOf(roundTrip.candidate),
      ],
      checks: [
        ...(await closeChecked(telemetry, 'request', recordedCount)),
        await checkCounted(peers, context.meter),
      ],
    }
    return [main, ...eager, besideWasm]
  },
}

/** The first of them against the others, in rounds of their own. */
async function answerBeside(
  part: string,
  candidates: readonly Candidate[],
  context: QuestionContext,
): Promise<Findings> {
  // Rounds are told by the main part; the others take as many.
  const figures = await measureRounds(candidates, { ...context, onRound: () => {} })
  const [subject, ...rows] = candidates.map(one => ({ name: one.name, figures: figures.get(one)! }))
  return { part, unit: 'ns', subject, rows, checks: [] }
}

/** A push into the lane; the aggregator empties it between runs. All calls of a run are one burst, in which batches grow
 *  to 64 samples: the most that a loop can gain. */
function createOffloop(
  name: string,
  telemetry: Telemetry,
  { recorder = telemetry, bursts }: { recorder?: Pick<Telemetry, 'latency'>; bursts?: Bursts } = {},
): Candidate {
  const latencies = recorder.latency('request', { labelNames: ['instrument'] })
  return {
    name,
    operationCount: RECORDS_PER_RUN,
    prepare: () => telemetry.flush(),
    run: compileCallLoop({
      instruments: Array.from({ length: INSTRUMENT_COUNT }, (_, index) =>
        latencies.labels({ instrument: `${index}` }),
      ),
      method: 'record',
      inputs: durationsMs,
      callCount: RECORDS_PER_RUN,
      bursts,
    }),
  }
}

/** By default an attached thread publishes each sample, however many come in a row. Attached on this thread, which is the
 *  same code with a lane of its own, so that it is measured beside the others. */
function createAttached(telemetry: Telemetry): Candidate {
  const recorder = attachTelemetry(telemetry.share())
  return createOffloop('offloop latency.record(), attached', telemetry, { recorder })
}

/** The coarse clock is moved by hand between two bursts, a millisecond to and fro: for the lane's writer each is the first
 *  of a tick, without the ten milliseconds that lie between two. Moving it costs next to nothing: in bursts of 8 a call takes
 *  what it takes in bursts of 32. What ten milliseconds of other work do to the caches, to offloop's memory as to any
 *  other's, is not in these figures. */
function createInBursts(telemetry: Telemetry): Candidate {
  const control = new Int32Array(telemetry.share().control)
  const before = () => {
    control[ControlWord.clockMs]! ^= 1
  }
  const bursts: Bursts = { callCount: RECORDS_PER_BURST, before }
  return createOffloop(`offloop latency.record(), in bursts of ${RECORDS_PER_BURST}`, telemetry, { bursts })
}

/** Finds the bucket on this thread. Without labels and attributes. */
function createPeer(peer: HistogramPeer): CountedPeer {
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
