/** All questions, in the order they are answered. */
import type { Question } from '../core/question.ts'
import { LOAD_QUESTIONS } from '../load/all.ts'
import { allocation } from './allocation.ts'
import { counter } from './counter.ts'
import { drain } from './drain.ts'
import { labels } from './labels.ts'
import { marks } from './marks.ts'
import { percentiles } from './percentiles.ts'
import { record } from './record.ts'
import { startUp } from './start-up.ts'

export const QUESTIONS: readonly Question[] = [
  record,
  labels,
  marks,
  counter,
  allocation,
  percentiles,
  drain,
  startUp,
  ...LOAD_QUESTIONS,
]
