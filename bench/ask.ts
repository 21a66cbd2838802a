/** Puts a question to a process of its own. */
import { fork } from 'node:child_process'
import { ALLOCATION_EXEC_ARGV } from './allocation-meter.ts'
import type { Findings, Question } from './core/question.ts'
import type { QuestionMessage, QuestionTask } from './question-process.ts'

/** No round of any question takes so long. */
const ROUND_MS_MAX = 10 * 60_000

/** What the process writes to stderr is shown; its standard output is not used.
 *  @throws Error when the process ends without an answer, or does not get on */
export function askInProcess(
  { name, execArgv = [] }: Question,
  { measures, roundCount, firstRound, isBrief }: QuestionTask,
  onRound: () => void,
): Promise<readonly Findings[]> {
  return new Promise((resolve, reject) => {
    const args = [name, JSON.stringify({ measures, roundCount, firstRound, isBrief } satisfies QuestionTask)]
    const child = fork(new URL('./question-process.js', import.meta.url), args, {
      execArgv: measures === 'allocation' ? [...execArgv, ...ALLOCATION_EXEC_ARGV] : [...execArgv],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const timeout = setTimeout(() => {
      reject(new Error(`no round was done within ${ROUND_MS_MAX / 60_000} minutes`))
      child.kill('SIGKILL')
    }, ROUND_MS_MAX)
    child.on('message', (message: QuestionMessage) => {
      timeout.refresh()
      if (message.type === 'round') onRound()
      else resolve(message.findings)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(timeout)
      reject(new Error(`its process ended with ${signal ?? `exit code ${code}`}`))
    })
  })
}
