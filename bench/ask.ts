/** Puts a question to a process of its own. */
import { fork } from 'node:child_process'
import type { Findings, Question } from './core/question.ts'
import type { QuestionMessage } from './question-process.ts'

/** What the process writes to stderr is shown; its standard output is not used.
 *  @throws Error when the process ends without an answer */
export function askInProcess(
  { name, execArgv = [] }: Question,
  { roundCount, onRound }: { roundCount: number; onRound: () => void },
): Promise<Findings> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./question-process.js', import.meta.url), [name, String(roundCount)], {
      execArgv: [...execArgv],
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
