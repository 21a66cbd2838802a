/** Calls back at every step of saving and folding where a thread may be stopped: before and after each. */
import { ByteCursor } from '../../../src/shared/statistics/byte-cursor.ts'
import { StateWriter } from '../../../src/shared/statistics/saved-state.ts'
import { Series } from '../../../src/shared/statistics/series.ts'
import { Window } from '../../../src/shared/statistics/window.ts'
import { LaneReader } from '../../../src/worker/lane-reader.ts'
import { RecordTable } from '../../../src/worker/state/record-table.ts'
import { StateMemory } from '../../../src/worker/state/state-memory.ts'

type Methods = Record<string, (...given: never[]) => unknown>

type Steps = readonly (readonly [name: string, prototype: object, methods: readonly string[]])[]

const STEPS: Steps = [
  ['records', RecordTable.prototype, ['add', 'begin', 'put', 'clear', 'commit']],
  ['memory', StateMemory.prototype, ['allocate', 'giveBack', 'noteCommit']],
  ['lane', LaneReader.prototype, ['handBack', 'readDirectory', 'drain', 'save', 'retire', 'renew']],
  ['series', Series.prototype, ['record', 'increment', 'save', 'saveSettled']],
  ['window', Window.prototype, ['pushBatch']],
  ['slices', ByteCursor.prototype, ['writeUint32', 'writeFloat64', 'writeVarint', 'keep']],
  ['writer', StateWriter.prototype, ['write', 'writeAll']],
  ['numbers', Float64Array.prototype, ['set']],
]

/** Runs `work` with a callback at every step.
 *  @param onStep its own steps are not counted */
export function atEveryStep(onStep: (name: string) => void, work: () => void): void {
  atEach(STEPS, onStep, work)
}

/** Runs `work` with a callback before and after every commit. */
export function atEveryCommit(onCommit: (name: string) => void, work: () => void): void {
  atEach([['records', RecordTable.prototype, ['commit']]], onCommit, work)
}

function atEach(steps: Steps, onStep: (name: string) => void, work: () => void): void {
  let isAsleep = false
  const step = (name: string) => {
    if (isAsleep) return
    isAsleep = true
    try {
      onStep(name)
    } finally {
      isAsleep = false
    }
  }
  const undo: (() => void)[] = []
  for (const [group, prototype, methods] of steps) {
    const found = prototype as Methods
    for (const method of methods) {
      const own = Object.getOwnPropertyDescriptor(prototype, method)
      const original = found[method]!
      const name = `${group}.${method}`
      Object.defineProperty(prototype, method, {
        configurable: true,
        writable: true,
        value: function stepped(this: unknown, ...given: never[]) {
          step(`before ${name}`)
          const result = original.apply(this, given)
          step(`after ${name}`)
          return result
        },
      })
      undo.push(() => {
        if (own === undefined) delete (prototype as Record<string, unknown>)[method]
        else Object.defineProperty(prototype, method, own)
      })
    }
  }
  try {
    work()
  } finally {
    for (const one of undo) one()
  }
}
