/** Whose a row is: offloop's, someone else's, or one that is there for scale. Pure. */
import type { QuestionReport, RowReport } from '../core/report.ts'
import type { Tone } from './plot/frame.ts'

/** By convention, rows for scale have names in parentheses. Where nobody else is beside them, all others are ours. */
export function toneOf(row: RowReport, { candidates }: Pick<QuestionReport, 'candidates'>): Tone {
  if (isForScale(row)) return 'scale'
  return isOurs(row) || !candidates.some(isOurs) ? 'ours' : 'other'
}

export function isForScale({ name }: Pick<RowReport, 'name'>): boolean {
  return name.startsWith('(')
}

function isOurs({ name, line, isSubject }: RowReport): boolean {
  return isSubject || [name, line ?? ''].some(text => /^(?:with )?offloop\b/i.test(text))
}
