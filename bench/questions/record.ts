/** What does recording one duration cost? */
import { createHistogram } from 'node:perf_hooks'
import { Histogram, Registry } from 'prom-client'
import type { Candidate, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { startCoreRoundTrip } from '../setup/core-round-trip.ts'
import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../setup/live-telemetry.ts'
import { createMeter } from '../setup/opentelemetry.ts'

/** Instruments of each kind, used in turn. A power of two. */
const INSTRUMENT_COUNT = 4
const INSTRUMENT_MASK = INSTRUMENT_COUNT - 1
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
    const handles = instruments(index => latencies.labels({ instrument: `${index}` }))

    /** A push into the lane; the aggregator empties it between runs. */
    const offloop: Candidate = {
      name: 'offloop latency.record()',
      operationCount: RECORDS_PER_RUN,
      prepare: () => telemetry.flush(),
      run() {
        for (let index = 0; index < RECORDS_PER_RUN; index += 1) {
          handles[index & INSTRUMENT_MASK]!.record(durationsMs[index & INPUT_MASK]!)
        }
        return handles
      },
    }
    const node = createNodeHistograms()
    const roundTrip = await startCoreRoundTrip()
    const others = [createPromClient(), createOpenTelemetry(), roundTrip.candidate]
    const candidates = [offloop, node, ...others]
    const figures = await measureRounds(candidates, context)
    await roundTrip.end()
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return {
      unit: 'ns',
      subject: rowOf(offloop),
      rows: [{ ...rowOf(node), goal: { of: 'ratio', bound: 'at most', limit: 0.3 } }, ...others.map(rowOf)],
      checks: await closeChecked(telemetry, 'request', context.meter.operationCountOf(offloop)),
    }
  },
}

/** Counts in native memory, in nanoseconds: it takes whole numbers only. */
function createNodeHistograms(): Candidate {
  const histograms = instruments(() => createHistogram())
  const durationsNs = Int32Array.from(durationsMs, ms => Math.round(ms * 1e6))
  return {
    name: 'node createHistogram().record()',
    operationCount: RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < RECORDS_PER_RUN; index += 1) {
        histograms[index & INSTRUMENT_MASK]!.record(durationsNs[index & INPUT_MASK]!)
      }
      return histograms
    },
  }
}

/** Finds the bucket on this thread. Without labels, and with its own default buckets, which are in seconds. */
function createPromClient(): Candidate {
  const registers = [new Registry()]
  const histograms = instruments(
    index => new Histogram({ name: `request_${index}`, help: 'Requests', registers }),
  )
  const durationsS = durationsMs.map(ms => ms / 1e3)
  return {
    name: 'prom-client histogram.observe()',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        histograms[index & INSTRUMENT_MASK]!.observe(durationsS[index & INPUT_MASK]!)
      }
      return histograms
    },
  }
}

/** Finds the bucket on this thread. Without attributes, and with its own default buckets, which are in milliseconds. */
function createOpenTelemetry(): Candidate {
  const meter = createMeter()
  const histograms = instruments(index => meter.createHistogram(`request_${index}`))
  return {
    name: 'OpenTelemetry histogram.record()',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        histograms[index & INSTRUMENT_MASK]!.record(durationsMs[index & INPUT_MASK]!)
      }
      return histograms
    },
  }
}

function instruments<Instrument>(create: (index: number) => Instrument): Instrument[] {
  return Array.from({ length: INSTRUMENT_COUNT }, (_, index) => create(index))
}
