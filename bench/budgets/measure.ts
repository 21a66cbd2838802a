/** Has one thing measured, in a fresh process. */
import { fork } from 'node:child_process'

const PROCESS_MS_MAX = 60_000

/** @param name one of those that process.ts knows
 *  @throws Error when the process ends without an answer */
export function measureInProcess<Measurement>(
  name: string,
  execArgv: readonly string[] = [],
): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./process.js', import.meta.url), [name], {
      execArgv: [...execArgv],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      timeout: PROCESS_MS_MAX,
    })
    child.on('message', message => resolve(message as Measurement))
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      reject(new Error(`${name}: its process ended with ${signal ?? `exit code ${code}`}`)),
    )
  })
}
