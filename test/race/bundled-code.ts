/** Loads the production code over a modelled memory: one bundle, evaluated with its own views and its own Atomics. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { build } from 'rolldown'
import type { ModelMemory } from './model-memory.ts'
import { applyChanges, type SourceChange } from './source-change.ts'

export type LaneCode = typeof import('./lane-code.ts') & {
  /** What the code has in place of the real globals, typed as those. */
  readonly modelled: { readonly Int32Array: Int32ArrayConstructor; readonly Atomics: typeof Atomics }
}

const ENTRY = fileURLToPath(new URL('lane-code.ts', import.meta.url))
const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url)).replaceAll('\\', '/')

/** The bundle's text, with these changes.
 *  @throws when a change finds no place, or several */
export async function bundleLaneCode(changes: readonly SourceChange[]): Promise<string> {
  const left = new Set(changes)
  const { output } = await build({
    input: ENTRY,
    write: false,
    logLevel: 'silent',
    // Nothing is taken out: a read whose result is unused is an access all the same.
    treeshake: false,
    plugins: [
      {
        name: 'source-changes',
        load(id) {
          const path = id.replaceAll('\\', '/')
          const own = changes.filter(({ file }) => path === SOURCES + file)
          if (own.length === 0) return null
          for (const change of own) left.delete(change)
          return { code: applyChanges(readFileSync(id, 'utf8'), own), moduleType: 'ts' }
        },
      },
    ],
    output: { format: 'cjs' },
  })
  for (const { file } of left) throw new Error(`src/${file} is not part of the bundle`)
  return output[0].code
}

/** Evaluates the bundle. Whatever it makes of shared memory from here on is made of `memory`. */
export function evaluateLaneCode(text: string, memory: ModelMemory): LaneCode {
  const { globals } = memory
  const exports = {}
  compileFunction(text, ['exports', ...Object.keys(globals)])(exports, ...Object.values(globals))
  return Object.assign({ modelled: globals }, exports) as unknown as LaneCode
}
