/** The budgets of overhead (requirement B1), in the order they are measured. */
import type { OverheadBudget } from './budget.ts'
import { checkAll } from './check-all.ts'
import { percentiles } from './percentiles.ts'
import { markCycle, record } from './recording.ts'

export const OVERHEAD_BUDGETS: readonly OverheadBudget[] = [markCycle, record, percentiles, checkAll]
