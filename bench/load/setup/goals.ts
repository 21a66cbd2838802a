/** Goals in a word. Pure. */
import type { DesignFigure, Goal } from '../../core/question.ts'

/** @param figure the design's, where it is one */
export function figureAtMost(limit: number, figure?: DesignFigure): Goal {
  return { of: 'figure', bound: 'at most', limit, figure }
}

export function ratioAtMost(limit: number, figure?: DesignFigure): Goal {
  return { of: 'ratio', bound: 'at most', limit, figure }
}

export function ratioAtLeast(limit: number, figure?: DesignFigure): Goal {
  return { of: 'ratio', bound: 'at least', limit, figure }
}
