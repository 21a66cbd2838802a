/** What a budget of memory allows and what was taken, in words. Pure. */
import { formatFigure } from '../core/quantity.ts'
import type { MemoryBudget } from './result.ts'

/** `2.06 MB` */
export function amountOf({ unit }: Pick<MemoryBudget, 'unit'>, amount: number): string {
  return unit === 'bytes' ? formatFigure(amount, unit) : `${(amount * 100).toFixed(1)} %`
}

/** `< 10.0 MB`, `35.0 % to 65.0 %` */
export function limitOf(budget: Pick<MemoryBudget, 'unit' | 'atLeast' | 'atMost'>): string {
  const most = amountOf(budget, budget.atMost)
  return budget.atLeast === undefined ? `< ${most}` : `${amountOf(budget, budget.atLeast)} to ${most}`
}
