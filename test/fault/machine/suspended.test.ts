/** The machine is suspended (the process is stopped, which looks the same from inside), for longer than a lease, a check
 *  and a hang may last: it goes on as if nothing had been. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./programs/suspended.mjs', import.meta.url))
/** The lease of a silent thread is ten seconds. */
const SUSPENDED_MS = 12_000
const SPAWN_MS_MAX = 50_000
const TEST_MS_MAX = 60_000

test(
  'a process that is suspended for twelve seconds loses no sample, no lane and no aggregator',
  async () => {
    const child = spawn(process.execPath, [PROGRAM], { timeout: SPAWN_MS_MAX, killSignal: 'SIGKILL' })
    let stdout = ''
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    child.stdout.setEncoding('utf8').on('data', text => {
      if (stdout === '') {
        child.kill('SIGSTOP')
        setTimeout(() => child.kill('SIGCONT'), SUSPENDED_MS)
      }
      stdout += text
    })
    const code = await new Promise(resolve => child.once('close', resolve))
    expect(stderr).toBe('')
    expect(JSON.parse(stdout.split('\n')[1]!)).toEqual({
      before: 2_000,
      afterwards: [4_000, 4 * 500_500],
      lanes: 2,
      aggregator: 'running',
      restarts: 0,
      ok: true,
      lines: [],
    })
    expect(code).toBe(0)
  },
  TEST_MS_MAX,
)
