/** All questions, in the order they are answered. */
import type { Question } from '../core/question.ts'
import { LOAD_QUESTIONS } from '../load/all.ts'
import { allocation } from './allocation.ts'
import { breach } from './breach.ts'
import { bridges } from './bridges.ts'
import { bus } from './bus.ts'
import { callSites } from './call-sites.ts'
import { checkAll } from './check-all.ts'
import { counter } from './counter.ts'
import { drain } from './drain.ts'
import { labels } from './labels.ts'
import { loop } from './loop.ts'
import { marks } from './marks.ts'
import { memory } from './memory.ts'
import { percentiles } from './percentiles.ts'
import { record } from './record.ts'
import { runtime } from './runtime.ts'
import { startUp } from './start-up.ts'

export const QUESTIONS: readonly Question[] = [
  record,
  callSites,
  labels,
  marks,
  counter,
  allocation,
  percentiles,
  drain,
  checkAll,
  bus,
  breach,
  startUp,
  memory,
  loop,
  ...LOAD_QUESTIONS,
  runtime,
  bridges,
]
