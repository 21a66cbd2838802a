/** What does measuring every request cost an HTTP server?
 *
 *  Eight servers, each in a process that stays: same handler, same three metrics with the same three labels. In each round
 *  every server is under load once, for a slice of two seconds, so that what slows the machine down for a while slows all
 *  of them. Four are left alone by readers, and show what recording costs. Four have 1,000 more series and are read once a
 *  second, as by a scrape that is more frequent than most, on the server's own thread: offloop's `snapshot()`, whose
 *  answer is unpacked there; prom-client's `metrics()`, which is the whole text of a scrape; OpenTelemetry's `collect()`,
 *  without the serializing that an exporter adds.
 *
 *  The clients saturate the server, so latency is how long a request waits for the others. The thread that serves is held
 *  on one core and the clients on another, where the system can do that. With two cores offloop's aggregator has to take
 *  its time from either. */
import type { Check, Findings, Goal, Question, Row } from '../core/question.ts'
import type { ArrivedCounts } from './http/instruments.ts'
import type { LoadRequest, LoadSlice, ServerPlan, ServerRequest, ServerSlice } from './http/variants.ts'
import { ratioAtLeast } from './setup/goals.ts'
import { Program, withPrograms } from './setup/program.ts'
import { knownFigures, measureInTurn } from './setup/rounds.ts'

const SLICE_MS = 2_000
const SERVER_CORE = 0
const CLIENT_CORE = 1
const READ_INTERVAL_MS = 1_000
const SERIES_BEFORE = 1_000
const RATIO_MIN = ratioAtLeast(0.99)

interface Variant extends ServerPlan {
  readonly name: string
}

const recording = (name: string, library: ServerPlan['library']): Variant => {
  return { name, library, readIntervalMs: 0, seriesBefore: 0 }
}
const read = (name: string, library: ServerPlan['library']): Variant => {
  return { name, library, readIntervalMs: READ_INTERVAL_MS, seriesBefore: SERIES_BEFORE }
}

const OFFLOOP = recording('offloop', 'offloop')
const BARE = recording('bare', undefined)
const RECORDING = [
  BARE,
  recording('(clock and listener, no library)', 'none'),
  recording('prom-client', 'prom-client'),
  recording('OpenTelemetry', 'OpenTelemetry'),
]
const OFFLOOP_READ = read('offloop, snapshot() each second', 'offloop')
const READ = [
  read('prom-client, metrics() each second', 'prom-client'),
  read('OpenTelemetry, collect() each second', 'OpenTelemetry'),
]
const VARIANTS = [OFFLOOP, ...RECORDING, OFFLOOP_READ, ...READ]

type Slice = ServerSlice & LoadSlice
type FigureOf = (slice: Slice) => number | undefined

export const http: Question = {
  name: 'http',
  asks: 'what does measuring every request cost an HTTP server?',
  group: 'load',
  async answer({ roundCount, onRound }) {
    const load = new Program<LoadRequest>('http-load', null)
    const servers = new Map(VARIANTS.map(one => [one, new Program<ServerRequest>('http-server', one)]))
    const programs = [load, ...servers.values()] as Program<unknown>[]
    return await withPrograms(programs, async () => {
      const urls = new Map<Variant, string>()
      for (const [variant, server] of servers) {
        urls.set(variant, `http://127.0.0.1:${await server.ask<number>('listen')}`)
        await server.pin(SERVER_CORE)
      }
      await load.pin(CLIENT_CORE)
      const slices = await measureInTurn(VARIANTS, { roundCount, hasWarmUp: true, onRound }, variant =>
        takeSlice(servers.get(variant)!, load, urls.get(variant)!),
      )
      return findingsOf(slices, await closeServers(servers, slices))
    })
  },
}

async function takeSlice(
  server: Program<ServerRequest>,
  load: Program<LoadRequest>,
  url: string,
): Promise<Slice> {
  await server.ask('begin')
  const seen = await load.ask<LoadSlice>({ url, durationMs: SLICE_MS })
  return { ...(await server.ask<ServerSlice>('end')), ...seen }
}

type Slices = ReadonlyMap<Variant, readonly Slice[]>

/** Throughput has two tables, since each kind of server is compared with offloop of its kind. */
function findingsOf(slices: Slices, checks: readonly Check[]): Findings[] {
  const rowOf = (variant: Variant, figureOf: FigureOf, goal?: Goal): Row => {
    return { name: variant.name, figures: knownFigures(slices.get(variant)!.map(figureOf)), goal }
  }
  const table = (
    part: string,
    unit: Findings['unit'],
    figureOf: FigureOf,
    {
      subject = OFFLOOP,
      others = [...RECORDING, OFFLOOP_READ, ...READ],
      goal = undefined as Goal | undefined,
    } = {},
  ): Findings => ({
    part,
    unit,
    subject: rowOf(subject, figureOf),
    rows: others.map(variant => rowOf(variant, figureOf, variant === BARE ? goal : undefined)),
    checks: [],
  })
  const requestsPerS: FigureOf = slice => slice.requestsPerS
  const throughput = table('throughput', 'requests/s', requestsPerS, { others: RECORDING, goal: RATIO_MIN })
  const readThroughput = table(
    'throughput, 1,000 series more and read each second',
    'requests/s',
    requestsPerS,
    {
      subject: OFFLOOP_READ,
      others: [BARE, ...READ],
      goal: RATIO_MIN,
    },
  )
  const threadTable = table('CPU time of a request, on the thread that serves', 'ns', slice =>
    slice.threadCpuMs === undefined ? undefined : (slice.threadCpuMs * 1e6) / slice.requestCount,
  )
  return [
    { ...throughput, checks },
    readThroughput,
    table('latency p50, saturated', 'ms', slice => slice.p50Ms),
    table('latency p99, saturated', 'ms', slice => slice.p99Ms),
    table(
      'CPU time of a request, all threads',
      'ns',
      slice => (slice.processCpuMs * 1e6) / slice.requestCount,
    ),
    ...(threadTable.subject!.figures.length > 0 ? [threadTable] : []),
  ]
}

/** Every request of every slice is in the answers, the warm-up's included. */
async function closeServers(
  servers: ReadonlyMap<Variant, Program<ServerRequest>>,
  slices: Slices,
): Promise<Check[]> {
  const errorCount = [...slices.values()].flat().reduce((sum, slice) => sum + slice.errorCount, 0)
  const checks: Check[] = [{ what: 'requests that failed, on all servers', expected: 0, actual: errorCount }]
  for (const [{ name, library }, server] of servers) {
    const { requestCount, arrived } = await server.ask<{ requestCount: number; arrived?: ArrivedCounts }>(
      'close',
    )
    if (library !== 'offloop' || arrived === undefined) continue
    checks.push(
      { what: `${name}: requests in the histogram`, expected: requestCount, actual: arrived.recorded },
      { what: `${name}: requests in the counter`, expected: requestCount, actual: arrived.counted },
      { what: `${name}: lost`, expected: 0, actual: arrived.lost },
    )
  }
  return checks
}
