/** What do twenty metrics with 10,000 samples each take? */
import type { Check, Findings, Goal, Question, Row } from '../core/question.ts'
import { spreadOf } from '../core/spread.ts'
import { HDR_WASM_PEER, HISTOGRAM_PEERS, type HistogramPeer, NODE_PEER } from '../setup/histogram-peers.ts'
import { bytesOf } from '../setup/memory/heap-reading.ts'
import { METRIC_COUNT, SAMPLE_COUNT, VALUES } from '../setup/memory/workload.ts'
import {
  MEMORY_EXEC_ARGV,
  type MemoryMeasurement,
  measureMemory,
  memoryParts,
  totalBytes,
} from '../setup/memory.ts'
import { runProgram } from '../setup/run-program.ts'
import { createHdrWasmHistogram, toMicroseconds } from '../setup/sketches.ts'

/** Processes beside which one with telemetry is seen. */
export type ForScale = 'nothing' | 'bare worker'

/** What the program `memory` prints of them. */
export interface ProcessMemory {
  readonly residentBytes: number
}

/** What one round measures. */
interface Round extends MemoryMeasurement {
  readonly peers: Readonly<Record<string, number>>
  readonly processes: Readonly<Record<ForScale, ProcessMemory>>
}

const ALL_SAMPLES = METRIC_COUNT * SAMPLE_COUNT
const SAMPLES_BYTES_MAX = 3e6
const TOTAL_BYTES_MAX = 10e6

export const memory: Question = {
  name: 'memory',
  asks: 'what do 20 metrics with 10,000 samples each take?',
  group: 'cost',
  execArgv: MEMORY_EXEC_ARGV,
  startsPrograms: true,
  async answer({ roundCount, onRound }) {
    // What is compiled or loaded at the first use is not the peers'.
    measurePeers()
    onRound()
    const rounds: Round[] = []
    while (rounds.length < roundCount) {
      const measurement = await measureMemory(run)
      const processes = {
        nothing: await measureProcess('nothing'),
        'bare worker': await measureProcess('bare worker'),
      }
      rounds.push({ ...measurement, peers: measurePeers(), processes })
      onRound()
    }
    return [ownFindings(rounds), peerFindings(rounds), residentFindings(rounds)]
  },
}

function ownFindings(rounds: readonly Round[]): Findings {
  const parts = memoryParts(rounds[0]!)
  const atMost = (limit: number): Goal => ({ of: 'figure', bound: 'at most', limit, figure: 'memory' })
  return {
    part: 'offloop, 20 metrics with 10,000 samples each',
    unit: 'bytes',
    rows: [
      row(
        'samples, counts and slices of time',
        rounds,
        ({ registry }) => registry.countedBytes,
        atMost(SAMPLES_BYTES_MAX),
      ),
      ...parts.map(({ name }, index) => row(name, rounds, round => memoryParts(round)[index]!.bytes)),
      row('in all', rounds, round => totalBytes(memoryParts(round)), atMost(TOTAL_BYTES_MAX)),
      row('a metric, full', rounds, ({ registry }) => spreadOf(registry.perMetricBytes).median),
      row('a metric, half full', rounds, ({ registry }) => registry.halfFullBytes / METRIC_COUNT),
      row('a metric without samples', rounds, ({ registry }) => registry.emptyBytes / METRIC_COUNT),
    ],
    checks: memoryChecks(rounds),
  }
}

function memoryChecks(rounds: readonly Round[]): Check[] {
  const sum = (countOf: (round: Round) => number) =>
    rounds.reduce((count, round) => count + countOf(round), 0)
  const expected = rounds.length * ALL_SAMPLES
  return [
    { what: 'samples in the registries', expected, actual: sum(({ registry }) => registry.sampleCount) },
    { what: 'samples in the live windows', expected, actual: sum(({ recording }) => recording.sampleCount) },
    { what: 'lost', expected: 0, actual: sum(({ recording }) => recording.lostCount) },
  ]
}

function peerFindings(rounds: readonly Round[]): Findings {
  const names = Object.keys(rounds[0]!.peers)
  return {
    part: 'statistics of 20 × 10,000 values: samples, or the counts of buckets alone',
    unit: 'bytes',
    subject: row('offloop, the samples and an hour of slices', rounds, ({ registry }) => registry.fullBytes),
    rows: names.map(name => row(name, rounds, ({ peers }) => peers[name]!)),
    checks: [],
  }
}

/** The same values given to others. Node's own histogram is left out: its memory is not V8's, and not reported. */
function measurePeers(): Record<string, number> {
  const peers = HISTOGRAM_PEERS.filter(peer => peer !== NODE_PEER)
  return {
    '(a Float64Array of the samples)': bytesOf(() =>
      Array.from({ length: METRIC_COUNT }, () => VALUES.slice()),
    ),
    ...Object.fromEntries(peers.map(peer => [libraryOf(peer), bytesOfPeer(peer)])),
    [libraryOf(HDR_WASM_PEER)]: bytesOfWasm(),
  }
}

function bytesOfPeer(peer: HistogramPeer): number {
  const inputs = peer.inputsOf(VALUES)
  return bytesOf(() => {
    const made = peer.create(METRIC_COUNT)
    const histograms = made.histograms as readonly Record<string, (value: number) => void>[]
    for (const histogram of histograms) for (const input of inputs) histogram[peer.method]!(input)
    return made
  })
}

/** By its own account: WebAssembly's memory is taken in large pieces, and never given back. */
function bytesOfWasm(): number {
  const inputs = toMicroseconds(VALUES)
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
function residentFindings(rounds: readonly Round[]): Findings {
  return {
    part: 'resident memory of a process',
    unit: 'bytes',
    rows: [
      row('(a process that does nothing)', rounds, ({ processes }) => processes.nothing.residentBytes),
      row(
        '(a process with a bare new Worker())',
        rounds,
        ({ processes }) => processes['bare worker'].residentBytes,
      ),
      row(
        'a process with telemetry, 20 metrics with 10,000 samples each',
        rounds,
        ({ recording }) => recording.residentBytes,
      ),
    ],
    checks: [],
  }
}

async function measureProcess(what: ForScale): Promise<ProcessMemory> {
  return JSON.parse(await run(what)) as ProcessMemory
}

async function run(argument: string): Promise<string> {
  const { output } = await runProgram('memory', { args: [argument], execArgv: MEMORY_EXEC_ARGV })
  return output
}

function row(name: string, rounds: readonly Round[], figureOf: (round: Round) => number, goal?: Goal): Row {
  return { name, figures: rounds.map(figureOf), goal }
}
