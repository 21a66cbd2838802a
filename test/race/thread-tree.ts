/** One thread as a tree: what it does next, after every sequence of values it may have read.
 *
 *  A thread is a function of what it has read. So it is run again from its beginning for every new such sequence, once:
 *  earlier accesses are answered from the log, the first one beyond it ends the run and is what the thread does next. */
import { type Access, isAtomic, isWriting, type ModelMemory } from './model-memory.ts'

/** Answers an access in place of memory: the thread dies there. */
export const DEATH = Symbol('death')

/** What the thread's program tells about itself, built anew by each run. */
export interface Facts {
  /** A promise the thread has broken by itself. */
  failure?: string | undefined
  /** Whether it may die at its next access. */
  readonly isMortal: boolean
  onAccess(access: Access, result: unknown): void
  /** The run has ended: lets go of all that was needed to make it. */
  release(): void
}

export interface ThreadProgram<F extends Facts> {
  /** The state before the first step: filled by accesses that happen before both threads' first. */
  prepare(): F
  /** The steps that are explored. */
  run(facts: F): void
}

/** Latest steps of a thread on each location; 0 or a hole where there was none. */
interface Touches {
  readonly write: readonly number[]
  readonly plainWrite: readonly number[]
  readonly access: readonly number[]
  readonly plainAccess: readonly number[]
  readonly value: readonly unknown[]
}

export interface ThreadNode<F extends Facts> {
  readonly id: number
  readonly step: number
  readonly parent: ThreadNode<F> | undefined
  /** The access that led here, and its result; DEATH when the thread died in its place. */
  readonly access: Access | undefined
  readonly result: unknown
  /** What it does next; undefined when it has finished. */
  readonly pending: Access | undefined
  readonly facts: F
  readonly touches: Touches
  /** The other thread's steps up to this one happened before whatever this thread does next. */
  readonly known: number
  readonly children: ThreadNode<F>[]
}

const PAUSED = Symbol('paused')
const UNTOUCHED: Touches = { write: [], plainWrite: [], access: [], plainAccess: [], value: [] }

export class ThreadTree<F extends Facts> {
  readonly root: ThreadNode<F>
  /** Contents of memory before the first step, by location. */
  readonly initial = new Map<number, unknown>()
  readonly #memory: ModelMemory
  readonly #program: ThreadProgram<F>
  #count = 0

  constructor(memory: ModelMemory, program: ThreadProgram<F>) {
    this.#memory = memory
    this.#program = program
    this.root = this.#node(undefined, undefined, undefined, 0)
  }

  get count(): number {
    return this.#count
  }

  /** Whether some run has come to where this holds. */
  hasReached(holds: (facts: F) => boolean, from: ThreadNode<F> = this.root): boolean {
    return holds(from.facts) || from.children.some(node => this.hasReached(holds, node))
  }

  /** The most that any run has come to. */
  most(count: (facts: F) => number, from: ThreadNode<F> = this.root): number {
    return from.children.reduce((most, node) => Math.max(most, this.most(count, node)), count(from.facts))
  }

  /** The node after the pending access.
   *  @param known what the thread knows of the other by then */
  next(from: ThreadNode<F>, result: unknown, known: number): ThreadNode<F> {
    const found = from.children.find(child => child.known === known && isSame(child.result, result))
    if (found !== undefined) return found
    const node = this.#node(from, from.pending, result, known)
    from.children.push(node)
    return node
  }

  #node(
    parent: ThreadNode<F> | undefined,
    access: Access | undefined,
    result: unknown,
    known: number,
  ): ThreadNode<F> {
    const log: { access: Access; result: unknown }[] = access === undefined ? [] : [{ access, result }]
    for (let node = parent; node?.access !== undefined; node = node.parent) {
      log.push({ access: node.access, result: node.result })
    }
    const { facts, pending } = this.#replay(log.reverse())
    const step = parent === undefined ? 0 : parent.step + 1
    const touches =
      parent === undefined || access === undefined ? UNTOUCHED : touch(parent.touches, access, result, step)
    return {
      id: this.#count++,
      step,
      parent,
      access,
      result,
      pending,
      facts,
      touches,
      known,
      children: [],
    }
  }

  #replay(log: readonly { access: Access; result: unknown }[]): { facts: F; pending: Access | undefined } {
    const memory = this.#memory
    memory.restart()
    const contents = new Map<number, unknown>()
    memory.perform = access => performAtOnce(contents, access)
    const facts = this.#program.prepare()
    if (this.initial.size === 0) for (const [location, value] of contents) this.initial.set(location, value)
    let position = 0
    let pending: Access | undefined
    memory.perform = access => {
      // A thread whose code catches what ends a run comes by here again: it is where it was.
      const done = pending === undefined ? log[position++] : undefined
      if (done === undefined) {
        pending ??= access
        throw PAUSED
      }
      if (done.access.kind !== access.kind || done.access.location !== access.location) {
        throw new Error(
          'a run differs from the one before it: the program depends on more than what it reads',
        )
      }
      if (done.result === DEATH) throw DEATH
      facts.onAccess(access, done.result)
      return done.result
    }
    try {
      this.#program.run(facts)
    } catch (error) {
      if (error !== PAUSED)
        facts.failure ??= `it throws: ${error instanceof Error ? error.message : String(error)}`
    }
    facts.release()
    return { facts, pending }
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0
  return Object.is(one, other)
}

/** Memory without a scheduler: for what happens before both threads' first step. */
export function performAtOnce(contents: Map<number, unknown>, access: Access): unknown {
  const { index, bytes } = access.location
  if (isWriting(access)) contents.set(index, access.value)
  return contents.get(index) ?? (bytes <= 8 ? 0 : new Uint8Array(bytes))
}

function touch(before: Touches, access: Access, result: unknown, step: number): Touches {
  if (result === DEATH) return before
  const { index } = access.location
  const isPlain = !isAtomic(access)
  const set = <T>(list: readonly T[], value: T): readonly T[] => {
    const copy = list.slice()
    copy[index] = value
    return copy
  }
  return {
    access: set(before.access, step),
    plainAccess: isPlain ? set(before.plainAccess, step) : before.plainAccess,
    write: isWriting(access) ? set(before.write, step) : before.write,
    plainWrite: isPlain && isWriting(access) ? set(before.plainWrite, step) : before.plainWrite,
    value: isWriting(access) ? set(before.value, access.value) : before.value,
  }
}
