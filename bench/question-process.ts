/** A process of its own for one question: what was compiled, cached or left in memory for another cannot weigh on it. */
import { AllocationMeter } from './allocation-meter.ts'
import type { Findings } from './core/question.ts'
import { QUESTIONS } from './questions/all.ts'
import { Stopwatch } from './stopwatch.ts'

/** What is measured of each candidate. */
export type Measures = 'time' | 'allocation'

/** What this process tells its parent. */
export type QuestionMessage =
  | { readonly type: 'round' }
  | { readonly type: 'findings'; readonly findings: readonly Findings[] }

const [name, measures, roundCount] = process.argv.slice(2)
const question = QUESTIONS.find(one => one.name === name)
if (question === undefined || process.send === undefined)
  throw new Error('this file is started by the bench; run: npm run bench')

const findings = await question.answer({
  roundCount: Number(roundCount),
  meter: measures === 'allocation' ? new AllocationMeter() : new Stopwatch(),
  onRound: () => tell({ type: 'round' }),
})
tell({ type: 'findings', findings: [findings].flat() })
process.disconnect()

function tell(message: QuestionMessage): void {
  process.send!(message)
}
