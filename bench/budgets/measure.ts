/** Has one thing measured, in a fresh process. */
import { fileURLToPath } from 'node:url'
import { MEMORY_EXEC_ARGV, type MemoryMeasurement, measureMemory } from '../setup/memory.ts'
import type { OverheadMeasurement } from './overhead/budget.ts'
import { runNode } from './run-node.ts'

const PROCESS_MS_MAX = 60_000

/** @param name one of those that process.ts knows
 *  @throws Error when the process ends without an answer, or takes too long */
export async function measureOverhead(name: string): Promise<OverheadMeasurement> {
  return JSON.parse(await outputOf([fileOf('./process.js'), name])) as OverheadMeasurement
}

/** @throws Error like `measureOverhead` */
export function measureAllMemory(): Promise<MemoryMeasurement> {
  return measureMemory(subject => outputOf([...MEMORY_EXEC_ARGV, fileOf('../programs/memory.js'), subject]))
}

async function outputOf(args: readonly string[]): Promise<string> {
  const { exitCode, output } = await runNode(args, PROCESS_MS_MAX)
  if (exitCode === 0) return output
  throw new Error(`its process ended with ${exitCode}`)
}

/** Everything here is bundled into build/bench/budgets/main.js. */
function fileOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
