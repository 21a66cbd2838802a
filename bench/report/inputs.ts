/** What the report is made from: the results in bench/results, as far as they are there. */
import { existsSync, readFileSync } from 'node:fs'
import type { BenchResult } from '../core/report.ts'
import type { ShownBudgets } from './budgets-section.ts'

export interface ReportInputs {
  readonly cost: BenchResult | undefined
  readonly load: BenchResult | undefined
  readonly budgets: ShownBudgets | undefined
}

export const RESULT_PATHS = {
  cost: 'bench/results/cost.json',
  load: 'bench/results/load.json',
  budgets: 'bench/results/budgets.json',
} as const

/** @param root the repository's folder, ending with a slash */
export function readInputs(root: URL): ReportInputs {
  return {
    cost: readJson<BenchResult>(RESULT_PATHS.cost, root),
    load: readJson<BenchResult>(RESULT_PATHS.load, root),
    budgets: readJson<ShownBudgets>(RESULT_PATHS.budgets, root),
  }
}

function readJson<T>(path: string, root: URL): T | undefined {
  const file = new URL(path, root)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}
