/** What does measuring every request cost an HTTP server?
 *
 *  Eight servers, each in a process that stays: same handler, same three metrics with the same three labels. In each round
 *  every server has two slices. Ten clients that send their next request when the last is answered saturate it: that gives
 *  throughput and CPU time, and no latency, since nobody asks while the server stands still. Then requests come at a
 *  fixed rate, half of what the bare server manages and the same for all, and latency counts from when each was due.
 *
 *  Five are left alone by readers, and show what recording costs. Three have 1,000 more series and are read once a second,
 *  as by a scrape that is more frequent than most, on the server's own thread. What the reads give is not the same:
 *  offloop's `snapshot()` and OpenTelemetry's `collect()` give objects; prom-client's `metrics()` renders the text.
 *
 *  The thread that serves is held on one core and the clients on another, where the system can do that. With two cores
 *  offloop's aggregator has to take its time from either. */
import type { Question, QuestionContext } from '../core/question.ts'
import {
  BARE,
  briefFindingsOf,
  findingsOf,
  OFFLOOP,
  type Slice,
  VARIANTS,
  type Variant,
} from './http/findings.ts'
import type {
  LoadRequest,
  OpenLoopSlice,
  SaturatedSlice,
  ServerEnd,
  ServerRequest,
  ServerSlice,
} from './http/variants.ts'
import { Program, withPrograms } from './setup/program.ts'
import { measureInTurn } from './setup/rounds.ts'

/** With what comes before and after, two reads fall into the first, and three into the second. */
const SATURATED_MS = 1_500
const OPEN_LOOP_MS = 3_000
const SATURATED_READS = 2
const OPEN_LOOP_READS = 3
const BRIEF_MS = 1_000
const BRIEF_ROUNDS_MAX = 2
/** Of what the bare server manages. */
const LOAD_SHARE = 0.5
const RATE_STEP_PER_S = 100
/** Before the rounds, to find out how much that is. */
const TRIAL_COUNT = 3
const TRIAL_MS = 500
const SERVER_CORE = 0
const CLIENT_CORE = 1

type Server = Program<ServerRequest>

/** All that takes part. */
interface Stage {
  readonly load: Program<LoadRequest>
  readonly servers: ReadonlyMap<Variant, Server>
  readonly ports: ReadonlyMap<Variant, number>
}

export const http: Question = {
  name: 'http',
  asks: 'what does measuring every request cost an HTTP server?',
  group: 'load',
  startsPrograms: true,
  async answer(context) {
    const load = new Program<LoadRequest>('http-load', null)
    const variants = context.isBrief ? [OFFLOOP, BARE] : VARIANTS
    const servers = new Map(variants.map(one => [one, new Program<ServerRequest>('http-server', one)]))
    const programs = [load, ...servers.values()] as Program<unknown>[]
    return await withPrograms(programs, async () => {
      const ports = new Map<Variant, number>()
      const pinned: boolean[] = []
      for (const [variant, server] of servers) {
        ports.set(variant, await server.ask<number>('listen'))
        pinned.push(await server.pin(SERVER_CORE))
      }
      pinned.push(await load.pin(CLIENT_CORE))
      if (pinned.includes(false)) process.stderr.write(NOT_PINNED)
      const stage = { load, servers, ports }
      return context.isBrief ? await answerBriefly(stage, context) : await answerInFull(stage, context)
    })
  },
}

const NOT_PINNED =
  'http: servers and clients are not held on cores of their own (no taskset, or one core): expect figures to vary.\n'

async function answerInFull(stage: Stage, context: QuestionContext) {
  const ratePerS = await decideRate(stage)
  const slices = await measureInTurn(VARIANTS, { ...context, hasWarmUp: true }, async variant => ({
    saturated: await saturate(stage, variant, SATURATED_MS),
    openLoop: await keepRate(stage, variant, ratePerS),
  }))
  const expectedReads = (SATURATED_READS + OPEN_LOOP_READS) * context.roundCount
  return findingsOf({ slices, ratePerS, expectedReads, ends: await closeAll(stage) })
}

/** What else the machine does makes a server slower, and never faster: the best of a few slices is what it manages. */
async function decideRate(stage: Stage): Promise<number> {
  let bestPerS = 0
  for (let slice = 0; slice < TRIAL_COUNT; slice += 1) {
    const { requestsPerS } = await saturate(stage, BARE, TRIAL_MS)
    bestPerS = Math.max(bestPerS, requestsPerS)
  }
  return Math.round((LOAD_SHARE * bestPerS) / RATE_STEP_PER_S) * RATE_STEP_PER_S
}

async function answerBriefly(stage: Stage, { roundCount, ...context }: QuestionContext) {
  const saturated = await measureInTurn(
    [OFFLOOP, BARE],
    { ...context, roundCount: Math.min(roundCount, BRIEF_ROUNDS_MAX), hasWarmUp: true },
    variant => saturate(stage, variant, BRIEF_MS),
  )
  return briefFindingsOf(saturated, await closeAll(stage))
}

function saturate(stage: Stage, variant: Variant, durationMs: number): Promise<Slice<SaturatedSlice>> {
  return takeSlice<SaturatedSlice>(stage, variant, { durationMs })
}

function keepRate(stage: Stage, variant: Variant, ratePerS: number): Promise<Slice<OpenLoopSlice>> {
  return takeSlice<OpenLoopSlice>(stage, variant, { durationMs: OPEN_LOOP_MS, ratePerS })
}

async function takeSlice<Seen>(
  { load, servers, ports }: Stage,
  variant: Variant,
  request: Omit<LoadRequest, 'port'>,
): Promise<Slice<Seen>> {
  const server = servers.get(variant)!
  await server.ask('begin')
  const seen = await load.ask<Seen>({ ...request, port: ports.get(variant)! })
  return { ...seen, ...(await server.ask<ServerSlice>('end')) }
}

async function closeAll({ servers }: Stage): Promise<Map<Variant, ServerEnd>> {
  const ends = new Map<Variant, ServerEnd>()
  for (const [variant, server] of servers) ends.set(variant, await server.ask<ServerEnd>('close'))
  return ends
}
