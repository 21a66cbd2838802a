/** One round of the overhead's question: two fresh processes, with telemetry and without, that take turns. */
import { orderOfRound } from '../../core/order.ts'
import { spreadOf } from '../../core/spread.ts'
import { Program, withPrograms } from '../setup/program.ts'
import { knownFigures } from '../setup/rounds.ts'
import type {
  Burst,
  PacedSlice,
  StartFigures,
  WorkloadEnd,
  WorkloadPlan,
  WorkloadRequest,
  WorkSlice,
} from './workload.ts'

export interface OverheadRound {
  readonly start: StartFigures
  readonly burst: Burst
  readonly withTelemetry: SideFigures
  readonly base: SideFigures
}

export interface SideFigures extends WorkloadEnd {
  readonly requestNs: number
  readonly requestCpuNs: number
  /** Undefined where the system does not tell. */
  readonly requestThreadCpuNs: number | undefined
  readonly p99Ms: number
}

/** A second or so: the aggregator's code is compiled as well. */
const WARM_UP_REQUESTS = 30_000
const REQUESTS_PER_SLICE = 15_000
/** Short ones, in turn, so that both sides have the same share of what else the machine does. */
const SLICE_COUNT = 6

export async function measureOverheadRound(round: number): Promise<OverheadRound> {
  const withTelemetry = startSide({ hasTelemetry: true })
  const base = startSide({ hasTelemetry: false })
  const sides = [withTelemetry, base]
  const programs = sides.map(side => side.program)
  return await withPrograms(programs, async () => {
    const start = await withTelemetry.program.ask<StartFigures>({ type: 'start' })
    // Before anything else is compiled: a program's first events meet cold code, too.
    const burst = await withTelemetry.program.ask<Burst>({ type: 'burst' })
    for (const { program } of sides) await program.ask({ type: 'work', requestCount: WARM_UP_REQUESTS })
    for (let slice = 0; slice < SLICE_COUNT; slice += 1) {
      for (const { program, work, paced } of orderOfRound(sides, round * SLICE_COUNT + slice)) {
        work.push(await program.ask<WorkSlice>({ type: 'work', requestCount: REQUESTS_PER_SLICE }))
        paced.push(await program.ask<PacedSlice>({ type: 'paced' }))
      }
    }
    return { start, burst, withTelemetry: await endSide(withTelemetry), base: await endSide(base) }
  })
}

interface Side {
  readonly program: Program<WorkloadRequest>
  readonly work: WorkSlice[]
  readonly paced: PacedSlice[]
}

function startSide(plan: WorkloadPlan): Side {
  return { program: new Program<WorkloadRequest>('workload', plan), work: [], paced: [] }
}

/** Of several slices, the middle one: a slice in which the machine did something else is not the telemetry's. */
async function endSide({ program, work, paced }: Side): Promise<SideFigures> {
  const end = await program.ask<WorkloadEnd>({ type: 'close' })
  const perRequest = (ms: number) => (ms * 1e6) / REQUESTS_PER_SLICE
  const threadCpuMs = knownFigures(work.map(slice => slice.threadCpuMs))
  return {
    ...end,
    requestNs: perRequest(spreadOf(work.map(slice => slice.elapsedMs)).median),
    requestCpuNs: perRequest(spreadOf(work.map(slice => slice.cpuMs)).median),
    requestThreadCpuNs: threadCpuMs.length === 0 ? undefined : perRequest(spreadOf(threadCpuMs).median),
    p99Ms: spreadOf(paced.map(slice => slice.p99Ms)).median,
  }
}
