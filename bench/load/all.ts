/** The questions of what a program under load feels, in the order they are answered. */
import type { Question } from '../core/question.ts'
import { growthSeries } from './growth-series.ts'
import { growthThreads } from './growth-threads.ts'
import { http } from './http.ts'
import { million } from './million.ts'
import { overhead } from './overhead.ts'
import { snapshot } from './snapshot.ts'

export const LOAD_QUESTIONS: readonly Question[] = [
  http,
  million,
  snapshot,
  growthSeries,
  growthThreads,
  overhead,
]
