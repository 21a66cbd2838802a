/** Begins with what a predecessor has left, or anew where that cannot be read. Aggregator thread, as it starts. */
import type { Clock } from '../../shared/clock.ts'
import { StateWord } from '../../shared/memory/state-layout.ts'
import type { MetricRegistry } from '../../shared/statistics/registry.ts'
import type { StatisticsMemory } from '../../shared/statistics/statistics-memory.ts'
import { DurableState } from './durable-state.ts'

/** A registry with the metrics and series there were, and the rest of what was left. */
export interface OpenedState {
  readonly state: DurableState
  readonly registry: MetricRegistry
  readonly left: ReturnType<DurableState['recover']>
}

/** Every successor would meet the same bytes: one that died over them would be followed by others that do, until there is
 *  none any more. Statistics that begin anew are the smaller loss.
 *  @param createRegistry an empty one over this memory
 *  @param onUnreadable is told what was thrown */
export function openState(
  buffer: SharedArrayBuffer,
  clock: Clock,
  createRegistry: (memory: StatisticsMemory) => MetricRegistry,
  onUnreadable: (error: unknown) => void,
): OpenedState {
  const open = () => {
    const state = new DurableState(buffer, clock)
    const registry = createRegistry(state.memory)
    return { state, registry, left: state.recover(registry) }
  }
  try {
    return open()
  } catch (error) {
    onUnreadable(error)
    new Float64Array(buffer, 0, StateWord.committedEpoch + 1)[StateWord.committedEpoch] = 0
    return open()
  }
}
