/** How long until telemetry works, in a process that has just begun? */
import type { Goal, Question } from '../core/question.ts'
import { spreadOf } from '../core/spread.ts'
import { runProgram } from '../setup/run-program.ts'

/** What the program of this name prints. */
export interface StartUpTimes {
  readonly importMs: number
  readonly createMs: number
  /** From the call of createTelemetry on. */
  readonly readyMs: number
}

/** What the program of this name prints. */
export interface BareWorkerTimes {
  readonly workerCreateMs: number
  /** From the call of the constructor to the first message. */
  readonly workerReadyMs: number
}

interface ProcessTimes {
  readonly processMs: number
  readonly emptyProcessMs: number
}

type RoundTimes = StartUpTimes & BareWorkerTimes & ProcessTimes

/** A round's figures are the medians of so many processes. */
const PROCESSES_PER_ROUND = 3

const ROWS: readonly { readonly time: keyof RoundTimes; readonly name: string; readonly goal?: Goal }[] = [
  { time: 'importMs', name: "import 'offloop'" },
  { time: 'createMs', name: 'createTelemetry()', goal: atMostMs(2) },
  { time: 'workerCreateMs', name: '(a bare new Worker(), for scale)' },
  { time: 'readyMs', name: 'createTelemetry(), until ready', goal: atMostMs(60) },
  { time: 'workerReadyMs', name: '(a bare new Worker(), until its first message)' },
  { time: 'processMs', name: 'a process that does this and closes' },
  { time: 'emptyProcessMs', name: '(a process that does nothing)' },
]

export const startUp: Question = {
  name: 'start-up',
  asks: 'how long until telemetry works, in a process that has just begun?',
  group: 'cost',
  startsPrograms: true,
  async answer({ roundCount, onRound }) {
    const rounds: RoundTimes[] = []
    // The round before the first brings the files into memory.
    for (let round = -1; round < roundCount; round += 1) {
      const times = await measureRound()
      if (round >= 0) rounds.push(times)
      onRound()
    }
    return {
      unit: 'ms',
      rows: ROWS.map(({ time, name, goal }) => ({ name, figures: rounds.map(times => times[time]), goal })),
      checks: [],
    }
  },
}

async function measureRound(): Promise<RoundTimes> {
  const runs: RoundTimes[] = []
  for (let count = 0; count < PROCESSES_PER_ROUND; count += 1) {
    const empty = await runProgram('empty')
    const started = await runProgram('start-up')
    const bareWorker = await runProgram('bare-worker')
    runs.push({
      ...(JSON.parse(started.output) as StartUpTimes),
      ...(JSON.parse(bareWorker.output) as BareWorkerTimes),
      processMs: started.wallMs,
      emptyProcessMs: empty.wallMs,
    })
  }
  const medians = ROWS.map(({ time }) => [time, spreadOf(runs.map(run => run[time])).median])
  return Object.fromEntries(medians) as RoundTimes
}

function atMostMs(limit: number): Goal {
  return { of: 'figure', bound: 'at most', limit, figure: 'start-up' }
}
