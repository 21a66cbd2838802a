/** Every interleaving of two threads over one memory, layer by layer: a state is where both threads are. */
import type { AggregatorFacts } from './aggregator-thread.ts'
import { isAtomic, isWriting, type Location } from './model-memory.ts'
import type { ProducerFacts } from './producer-thread.ts'
import { isRace, olderWrites } from './race-detector.ts'
import { DEATH, type Facts, type ThreadNode, type ThreadTree } from './thread-tree.ts'

export interface State {
  readonly producer: ThreadNode<ProducerFacts>
  readonly aggregator: ThreadNode<AggregatorFacts>
  /** For each contested location that both have written: a bit, set when the aggregator wrote last. */
  readonly lastWriters: number
  readonly before: State | undefined
  /** Ways that lead here. */
  ways: bigint
}

export interface Exploration {
  readonly states: number
  /** Interleavings of single accesses, from the beginning to where both threads have finished. */
  readonly schedules: bigint
  readonly producerRuns: number
  readonly aggregatorRuns: number
  readonly violation: { readonly reason: string; readonly state: State } | undefined
}

export interface Rules {
  /** Locations both threads write, in turn. Any other has one writer, or that is a violation. */
  readonly contested: readonly Location[]
  readonly isRaceMeant: (location: Location) => boolean
  readonly nameLocation: (location: Location) => string
  /** @returns the promise this state breaks */
  readonly brokenPromise: (state: State) => string | undefined
}

const STATES_MAX = 4_000_000

type Reached = Pick<State, 'producer' | 'aggregator' | 'lastWriters'> | string

export function explore(
  producers: ThreadTree<ProducerFacts>,
  aggregators: ThreadTree<AggregatorFacts>,
  rules: Rules,
): Exploration {
  const first: State = {
    producer: producers.root,
    aggregator: aggregators.root,
    lastWriters: 0,
    before: undefined,
    ways: 1n,
  }
  const contestedBits = new Map(rules.contested.map(({ index }, bit) => [index, 1 << bit]))
  let layer = new Map<number, State>([[0, first]])
  let [states, schedules] = [0, 0n]
  const end = (violation?: Exploration['violation']): Exploration => ({
    states,
    schedules,
    producerRuns: producers.count,
    aggregatorRuns: aggregators.count,
    violation,
  })
  while (layer.size > 0) {
    const nextLayer = new Map<number, State>()
    for (const state of layer.values()) {
      if (++states > STATES_MAX) throw new Error(`more than ${STATES_MAX} states: make the case smaller`)
      const reason = rules.brokenPromise(state)
      if (reason !== undefined) return end({ reason, state })
      const { producer, aggregator, lastWriters } = state
      const successors: Reached[] = [
        ...steps(producers, producer, aggregator, 0, lastWriters).map(reached =>
          typeof reached === 'string' ? reached : { ...reached, producer: reached.thread, aggregator },
        ),
        ...steps(aggregators, aggregator, producer, 1, lastWriters).map(reached =>
          typeof reached === 'string' ? reached : { ...reached, producer, aggregator: reached.thread },
        ),
      ]
      if (successors.length === 0) schedules += state.ways
      for (const reached of successors) {
        if (typeof reached === 'string') return end({ reason: reached, state })
        const key = (reached.producer.id * 2 ** 22 + reached.aggregator.id) * 8 + reached.lastWriters
        const known = nextLayer.get(key)
        if (known !== undefined) known.ways += state.ways
        else {
          const { producer, aggregator, lastWriters } = reached
          nextLayer.set(key, { producer, aggregator, lastWriters, before: state, ways: state.ways })
        }
      }
    }
    layer = nextLayer
  }
  return end()

  /** Where a thread may get to by its next access, or why that access must not be made. */
  function steps<F extends Facts, G extends Facts>(
    tree: ThreadTree<F>,
    thread: ThreadNode<F>,
    other: ThreadNode<G>,
    who: 0 | 1,
    lastWriters: number,
  ): (string | { thread: ThreadNode<F>; lastWriters: number })[] {
    const access = thread.pending
    if (access === undefined) return []
    const { index } = access.location
    const race = isRace(access, thread, other)
    if (race && !rules.isRaceMeant(access.location)) {
      return [`${access.kind} of ${rules.nameLocation(access.location)} races with the other thread`]
    }
    const bit = contestedBits.get(index)
    const theirs = other.touches.write[index] ?? 0
    const ours = thread.touches.write[index] ?? 0
    if (isWriting(access)) {
      if (theirs > 0 && bit === undefined) return [`${rules.nameLocation(access.location)} has two writers`]
      const writers = bit === undefined ? lastWriters : who === 1 ? lastWriters | bit : lastWriters & ~bit
      return withDeath([{ thread: tree.next(thread, undefined, thread.known), lastWriters: writers }])
    }
    const isLastOurs = ours > 0 && (theirs === 0 || ((lastWriters & (bit ?? 0)) !== 0) === (who === 1))
    const initial = aggregators.initial.get(index) ?? 0
    const valueOfTheirs = theirs === 0 ? initial : other.touches.value[index]
    const source = isLastOurs ? 0 : theirs
    const isSynchronizing = isAtomic(access) && other.touches.plainWrite[index] !== theirs
    const known = isSynchronizing ? Math.max(thread.known, source) : thread.known
    const value = isLastOurs ? thread.touches.value[index] : valueOfTheirs
    const found = [tree.next(thread, value, known)]
    // A processor never lets a location go back: so atomic loads, of words written plainly too, find the latest.
    if (race && access.kind === 'read') {
      for (const { step, value } of olderWrites(access.location, thread.known, other)) {
        const older = tree.next(thread, step === 0 ? initial : value, thread.known)
        if (!found.includes(older)) found.push(older)
      }
    }
    return withDeath(found.map(thread => ({ thread, lastWriters })))

    function withDeath(reached: { thread: ThreadNode<F>; lastWriters: number }[]) {
      if (!thread.facts.isMortal) return reached
      return [...reached, { thread: tree.next(thread, DEATH, thread.known), lastWriters }]
    }
  }
}
