/** What do twenty metrics with 10,000 samples each take? */
import type { Findings, Goal, Question, Row } from '../core/question.ts'
import {
  createMetrics,
  METRIC_COUNT,
  sampleCountOf,
  WINDOW_CAPACITY,
  windowBytes,
} from '../setup/full-metrics.ts'
import { HDR_WASM_PEER, HISTOGRAM_PEERS, type HistogramPeer, NODE_PEER } from '../setup/histogram-peers.ts'
import { lognormalValues } from '../setup/inputs.ts'
import { bytesOf } from '../setup/memory.ts'
import { runProgram } from '../setup/run-program.ts'
import { createHdrWasmHistogram, toMicroseconds } from '../setup/sketches.ts'

/** Whose memory the program of this name measures. */
export type HeldBy = 'nothing' | 'worker' | 'telemetry'

/** What the program of this name prints. */
export interface ProcessMemory {
  /** Heap and buffers of the main thread, on top of what it began with. */
  readonly threadBytes: number
  readonly sharedBytes: number
  readonly residentBytes: number
  readonly sampleCount: number
}

const ALL_SAMPLES = METRIC_COUNT * WINDOW_CAPACITY
const PROGRAM_ARGV = ['--expose-gc']
const durationsMs = lognormalValues(WINDOW_CAPACITY)

export const memory: Question = {
  name: 'memory',
  asks: 'what do 20 metrics with 10,000 samples each take?',
  group: 'cost',
  execArgv: PROGRAM_ARGV,
  async answer({ roundCount, onRound }) {
    const own: Record<string, number>[] = []
    const others: Record<string, number>[] = []
    const processes: Record<HeldBy, ProcessMemory>[] = []
    for (let round = -1; round < roundCount; round += 1) {
      const live = await measureProcesses()
      const metrics = measureMetrics(live.telemetry)
      const alternatives = measureOthers(metrics[STATISTICS]!)
      // What is compiled or loaded at the first use is not theirs.
      if (round >= 0) {
        own.push(metrics)
        others.push(alternatives)
        processes.push(live)
      }
      onRound()
    }
    const [offloop, ...rows] = rowsOf(others)
    const wrongCount = processes.filter(({ telemetry }) => telemetry.sampleCount !== ALL_SAMPLES).length
    return [
      {
        part: 'offloop, 20 metrics with 10,000 samples each',
        unit: 'bytes',
        rows: rowsOf(own, {
          [VALUES]: { of: 'figure', bound: 'at most', limit: 3e6 },
          [IN_ALL]: { of: 'figure', bound: 'at most', limit: 10e6 },
        }),
        checks: [{ what: 'rounds in which samples were missing', expected: 0, actual: wrongCount }],
      },
      {
        part: 'statistics of 20 × 10,000 values: samples, or the counts of buckets alone',
        unit: 'bytes',
        subject: offloop,
        rows,
        checks: [],
      },
      residentFindings(processes),
    ]
  },
}

const VALUES = 'values and their buckets (the windows)'
const STATISTICS = 'windows, batches, time slices and their objects'
const IN_ALL = 'in all'

/** What the aggregator holds, of a registry on this thread: another thread's heap cannot be read from outside. */
function measureMetrics({ threadBytes, sharedBytes }: ProcessMemory): Record<string, number> {
  const full = createMetrics(WINDOW_CAPACITY)
  if (sampleCountOf(full) !== ALL_SAMPLES) throw new Error('the windows are not full')
  const values = windowBytes(full)
  const statistics = bytesOf(() => createMetrics(WINDOW_CAPACITY))
  const halfFull = bytesOf(() => createMetrics(WINDOW_CAPACITY / 2))
  const empty = bytesOf(() => createMetrics(0))
  return {
    [VALUES]: values,
    [STATISTICS]: statistics,
    'shared memory: a lane, its directory, the board': sharedBytes,
    'on the main thread: code, handles, the table of marks': threadBytes,
    [IN_ALL]: statistics + sharedBytes + threadBytes,
    'a metric, full': statistics / METRIC_COUNT,
    'a metric, half full': halfFull / METRIC_COUNT,
    'a metric without samples': empty / METRIC_COUNT,
  }
}

/** The same values given to others. Node's own histogram is left out: its memory is not V8's, and not reported. */
function measureOthers(statistics: number): Record<string, number> {
  const peers = HISTOGRAM_PEERS.filter(peer => peer !== NODE_PEER)
  return {
    'offloop, the samples and what is made of them': statistics,
    '(a Float64Array of the samples)': bytesOf(() =>
      Array.from({ length: METRIC_COUNT }, () => durationsMs.slice()),
    ),
    ...Object.fromEntries(peers.map(peer => [libraryOf(peer), bytesOfPeer(peer)])),
    [libraryOf(HDR_WASM_PEER)]: bytesOfWasm(),
  }
}

function bytesOfPeer(peer: HistogramPeer): number {
  const inputs = peer.inputsOf(durationsMs)
  return bytesOf(() => {
    const made = peer.create(METRIC_COUNT)
    const histograms = made.histograms as readonly Record<string, (value: number) => void>[]
    for (const histogram of histograms) for (const input of inputs) histogram[peer.method]!(input)
    return made
  })
}

/** By its own account: WebAssembly's memory is taken in large pieces, and never given back. */
function bytesOfWasm(): number {
  const inputs = toMicroseconds(durationsMs)
  let bytes = 0
  for (let count = 0; count < METRIC_COUNT; count += 1) {
    const histogram = createHdrWasmHistogram()
    for (const input of inputs) histogram.recordValue(input)
    bytes += histogram.estimatedFootprintInBytes
    histogram.destroy()
  }
  return bytes
}

/** `prom-client histogram.observe()` is prom-client's. */
function libraryOf({ name }: HistogramPeer): string {
  return name.replace(/ \S+\(\)$/, '')
}

/** Whole processes: with V8's reserves, the stack of a thread, and code. */
function residentFindings(processes: readonly Record<HeldBy, ProcessMemory>[]): Findings {
  const names: Record<HeldBy, string> = {
    nothing: '(a process that does nothing)',
    worker: '(a process with a bare new Worker())',
    telemetry: 'a process with telemetry, 20 metrics with 10,000 samples each',
  }
  return {
    part: 'resident memory of a process',
    unit: 'bytes',
    rows: Object.entries(names).map(([holder, name]) => ({
      name,
      figures: processes.map(process => process[holder as HeldBy].residentBytes),
    })),
    checks: [],
  }
}

async function measureProcesses(): Promise<Record<HeldBy, ProcessMemory>> {
  const measure = async (holder: HeldBy) => {
    const { output } = await runProgram('memory', { args: [holder], execArgv: PROGRAM_ARGV })
    return JSON.parse(output) as ProcessMemory
  }
  return {
    nothing: await measure('nothing'),
    worker: await measure('worker'),
    telemetry: await measure('telemetry'),
  }
}

function rowsOf(rounds: readonly Record<string, number>[], goals: Record<string, Goal> = {}): Row[] {
  return Object.keys(rounds[0]!).map(name => ({
    name,
    figures: rounds.map(figures => figures[name]!),
    goal: goals[name],
  }))
}
