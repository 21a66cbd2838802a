/** The reader's part in a case: drains at the case's pace, and says what came of it. Reader thread. */
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { CaseClock } from './case-clock.ts'
import { CaseSignals, type CaseTask } from './case-memory.ts'
import { isTerminated } from './cases.ts'
import { type Fault, type FaultCounts, FaultList } from './fault.ts'
import { WatchedLane } from './watched-lane.ts'

/** A slow reader waits until a lane has overflown, and not for longer. */
const OVERFLOW_WAIT_MAX_MS = 5
const SLEEP_MS = 0.1
/** A case that goes so wrong is given up. */
const FAULTS_MAX = 100
const WINDOW_CAPACITY = 1_000

export interface CaseReport {
  readonly name: string
  readonly recorded: number
  readonly drained: number
  /** Or summarized: samples that found their lane full. */
  readonly dropped: number
  /** How often the ring went round, at least: of the producers' rings. */
  readonly roundsMin: number
  /** Bursts into an empty lane that had room for them: of each producer, at least. */
  readonly fittingBurstsMin: number
  /** Samples that were published at once, at most. */
  readonly largestBatch: number
  readonly hasCrossed: boolean
  readonly restartCount: number
  readonly wasTerminatedInBurst: boolean
  readonly durationMs: number
  readonly faults: readonly Fault[]
  readonly faultCounts: FaultCounts
}

/** @param terminate asks for the end of that producer's thread; its word says when it has come */
export function drainCase(task: CaseTask, terminate: (producer: number) => void): CaseReport {
  const { stressCase, memory } = task
  const startMs = performance.now()
  const signals = new CaseSignals(memory.words)
  const clock = new CaseClock(task)
  const registry = new MetricRegistry({ clock, windowCapacity: WINDOW_CAPACITY })
  const faults = new FaultList()
  const lanes = memory.lanes.map((_, producer) => new WatchedLane(task, producer, registry, clock, faults))
  const droppedCount = () => lanes.reduce((sum, lane) => sum + lane.turnedAwayCount, 0)

  const awaitOverflow = () => {
    const droppedBefore = droppedCount()
    const untilMs = performance.now() + OVERFLOW_WAIT_MAX_MS
    do signals.sleep(SLEEP_MS)
    while (
      droppedCount() === droppedBefore &&
      performance.now() < untilMs &&
      !lanes.some(({ isResting, isDone }) => isResting || isDone)
    )
  }
  let restartCount = 0
  const toTerminate = lanes.filter(({ producer }) => isTerminated(stressCase.incident, producer))
  const meetIncident = () => {
    if (stressCase.incident === 'restart' && restartCount === 0 && areHalfWay()) {
      for (const lane of lanes) lane.restart()
      restartCount += 1
    }
    if (toTerminate.length > 0 && toTerminate[0]!.recordedCount >= stressCase.sampleCount) {
      terminate(toTerminate.pop()!.producer)
    }
  }
  const areHalfWay = () => lanes.every(({ isHalfWay }) => isHalfWay)

  while (!lanes.every(({ isDone }) => isDone) && faults.totalCount < FAULTS_MAX) {
    clock.tick(performance.now())
    if (stressCase.pace === 'slow') awaitOverflow()
    if (signals.isFrozen) {
      signals.sleep(SLEEP_MS)
      signals.isFrozen = !areHalfWay()
    }
    for (const lane of lanes) lane.turn(!signals.isFrozen)
    meetIncident()
  }
  if (faults.totalCount < FAULTS_MAX) for (const lane of lanes) lane.finish()
  // For producers that still record.
  signals.giveUp()
  return {
    name: stressCase.name,
    recorded: lanes.reduce((sum, { recordedCount }) => sum + recordedCount, 0),
    drained: lanes.reduce((sum, { arrivals }) => sum + arrivals.arrivedCount, 0),
    dropped: droppedCount(),
    roundsMin: Math.min(...lanes.map(({ roundCount }) => roundCount)),
    fittingBurstsMin: Math.min(...lanes.map(({ fittingBurstCount }) => fittingBurstCount)),
    largestBatch: Math.max(...lanes.map(({ largestBatch }) => largestBatch)),
    hasCrossed: lanes.every(({ hasCrossed }) => hasCrossed),
    restartCount,
    wasTerminatedInBurst: lanes.some(lane => lane.isTerminated && !lane.isFinished),
    durationMs: performance.now() - startMs,
    faults: faults.kept,
    faultCounts: faults.counts,
  }
}
