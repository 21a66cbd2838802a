/** Puts a case together: the bundle over a modelled memory, its two threads, and the rules they are held to. */
import { aggregatorProgram } from './aggregator-thread.ts'
import { evaluateLaneCode } from './bundled-code.ts'
import { type Exploration, explore } from './explorer.ts'
import { ModelMemory } from './model-memory.ts'
import { producerProgram } from './producer-thread.ts'
import { promisesOf } from './promises.ts'
import { isRaceMeant } from './race-detector.ts'
import type { Scenario } from './scenario.ts'
import { describeSchedule } from './schedule-text.ts'
import { nameLocation, setStage } from './stage.ts'
import { performAtOnce, ThreadTree } from './thread-tree.ts'

export interface ExploredCase extends Omit<Exploration, 'violation'> {
  /** What was broken, and the schedule that breaks it, one access a line; empty when nothing was. */
  readonly counterexample: string
  readonly wasFull: boolean
  /** Samples that became visible by one store, at most. */
  readonly batchMax: number
}

/** @param bundle text of `bundleLaneCode`
 *  @param batchSamples the reader's batch in that bundle */
export function exploreCase(bundle: string, scenario: Scenario, batchSamples: number): ExploredCase {
  const memory = new ModelMemory()
  const code = evaluateLaneCode(bundle, memory)
  const producers = new ThreadTree(memory, producerProgram(code, scenario))
  const aggregators = new ThreadTree(memory, aggregatorProgram(code, scenario))
  const { ControlWord, LaneWord } = code
  const wake = memory.locationOf(0, ControlWord.wake * 4, 4)
  const name = nameLocation(code)
  const { violation, ...exploration } = explore(producers, aggregators, {
    contested: [
      wake,
      memory.locationOf(1, LaneWord.lease * 4, 4),
      memory.locationOf(2, code.RETIRED_WORD * 4, 4),
    ],
    isRaceMeant: isRaceMeant(code, droppedCells(memory, code, scenario)),
    nameLocation: name,
    brokenPromise: promisesOf(scenario, batchSamples, wake.index),
  })
  memory.checkDisjoint()
  const counterexample = violation === undefined ? '' : describeSchedule(violation, name)
  return {
    ...exploration,
    counterexample,
    batchMax: producers.most(({ batchMax }) => batchMax),
    wasFull: producers.hasReached(({ droppedCount }) => droppedCount > 0),
  }
}

/** Bytes of the words that count a series' dropped samples, of a series that is yet to be registered too. */
function droppedCells(
  memory: ModelMemory,
  code: ReturnType<typeof evaluateLaneCode>,
  scenario: Scenario,
): number[] {
  const contents = new Map<number, unknown>()
  memory.restart()
  memory.perform = access => performAtOnce(contents, access)
  const stage = setStage(code, scenario)
  stage.register()
  return stage.entries.map(({ firstWord }) => (firstWord + code.EntryWord.dropped) * 4)
}
