/** A process of its own for one question: what was compiled, cached or left in memory for another cannot weigh on it. */
import { AllocationMeter } from './allocation-meter.ts'
import type { Findings } from './core/question.ts'
import { QUESTIONS } from './questions/all.ts'
import { Stopwatch } from './stopwatch.ts'

/** What is measured of each candidate. */
export type Measures = 'time' | 'allocation'

/** What is asked of a process. */
export interface QuestionTask {
  readonly measures: Measures
  readonly roundCount: number
  readonly firstRound: number
  readonly isBrief: boolean
}

/** What this process tells its parent. */
export type QuestionMessage =
  | { readonly type: 'round' }
  | { readonly type: 'findings'; readonly findings: readonly Findings[] }

const [name, task = '{}'] = process.argv.slice(2)
const question = QUESTIONS.find(one => one.name === name)
if (question === undefined || process.send === undefined)
  throw new Error('this file is started by the bench; run: npm run bench')

// Without whoever asked, there is nobody to answer.
process.once('disconnect', () => process.exit())
const { measures, roundCount, firstRound, isBrief } = JSON.parse(task) as QuestionTask
const findings = await question.answer({
  roundCount,
  firstRound,
  isBrief,
  meter: measures === 'allocation' ? new AllocationMeter() : new Stopwatch(),
  onRound: () => tell({ type: 'round' }),
})
tell({ type: 'findings', findings: [findings].flat() })
process.removeAllListeners('disconnect')
process.disconnect()

function tell(message: QuestionMessage): void {
  process.send!(message)
}
