/** Puts a question to a process of its own. */
import { fork } from 'node:child_process'
import { ALLOCATION_EXEC_ARGV } from './allocation-meter.ts'
import type { Findings, Question } from './core/question.ts'
import type { Measures, QuestionMessage } from './question-process.ts'

/** What the process writes to stderr is shown; its standard output is not used.
 *  @throws Error when the process ends without an answer */
export function askInProcess(
  { name, execArgv = [] }: Question,
  measures: Measures,
  { roundCount, onRound }: { roundCount: number; onRound: () => void },
): Promise<readonly Findings[]> {
  return new Promise((resolve, reject) => {
    const args = [name, measures, String(roundCount)]
    const child = fork(new URL('./question-process.js', import.meta.url), args, {
      execArgv: measures === 'allocation' ? [...execArgv, ...ALLOCATION_EXEC_ARGV] : [...execArgv],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.on('message', (message: QuestionMessage) => {
      if (message.type === 'round') onRound()
      else resolve(message.findings)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      reject(new Error(`its process ended with ${signal ?? `exit code ${code}`}`)),
    )
  })
}
