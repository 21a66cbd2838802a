/** Goals in a word. Pure. */
import type { Goal } from '../../core/question.ts'

export function figureAtMost(limit: number): Goal {
  return { of: 'figure', bound: 'at most', limit }
}

export function ratioAtMost(limit: number): Goal {
  return { of: 'ratio', bound: 'at most', limit }
}

export function ratioAtLeast(limit: number): Goal {
  return { of: 'ratio', bound: 'at least', limit }
}
