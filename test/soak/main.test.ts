/** The soak run as it is run, from what `npm run build` made of it: nothing is skipped where that is missing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

const SOAK = fileURLToPath(new URL('../../build/soak/main.js', import.meta.url))
/** Shorter than a test may take: a run that hangs is then shown as one that has failed. */
const SPAWN_MS_MAX = 110_000
const TEST_MS_MAX = 120_000

beforeAll(() => {
  if (!existsSync(SOAK)) throw new Error(`${SOAK} is missing: npm run build`)
})

interface SoakEnd {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** @param onOutput called with the first output */
function soak(args: readonly string[], onOutput = (_: ChildProcess) => {}): Promise<SoakEnd> {
  const child = spawn(process.execPath, [SOAK, ...args], { timeout: SPAWN_MS_MAX, killSignal: 'SIGKILL' })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    if (stdout === '') onOutput(child)
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise(resolve => child.once('close', status => resolve({ status, stdout, stderr })))
}

describe.concurrent('soaked', () => {
  test(
    'for seconds no sample is missing, and no lane, file or timer is left',
    async ({ onTestFinished }) => {
      const folder = mkdtempSync(join(tmpdir(), 'offloop-soak-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const out = join(folder, 'soak.json')
      const { stdout, stderr } = await soak(['--minutes', '0.2', '--seed', '1', '--out', out])
      expect(stderr).toBe('')
      const { reasons, counts, readings, judged } = JSON.parse(readFileSync(out, 'utf8'))
      // Whether anything grows is a matter of minutes.
      expect(reasons.filter((reason: string) => !/^(growing|too short)/.test(reason))).toEqual([])
      expect(counts.recorded).toBeGreaterThan(10_000)
      expect(counts.threads).toBeGreaterThan(0)
      expect(readings.length).toBeGreaterThan(1)
      for (const { name } of judged) expect(stdout).toContain(name)
    },
    TEST_MS_MAX,
  )

  test(
    'with a single sample missing it ends, and names the metric',
    async () => {
      const { status, stdout } = await soak(['--minutes', '1', '--break', 'count', '--seed', '1'])
      expect(status).toBe(1)
      expect(stdout).toMatch(/^FAILED \(again: npm run soak -- --minutes 1 --seed 1\)$/m)
      expect(stdout).toMatch(/^ {2}soak_hits: \d+ recorded, \d+ arrived and 0 lost$/m)
    },
    TEST_MS_MAX,
  )

  test(
    'memory and handles that are never let go are found',
    async () => {
      const { status, stdout } = await soak(['--minutes', '0.6', '--break', 'leaks', '--seed', '1'])
      expect(stdout).toMatch(/^ {2}growing: outside the heap$/m)
      expect(stdout).toMatch(/^ {2}growing: active resources$/m)
      expect(status).toBe(1)
    },
    TEST_MS_MAX,
  )

  test(
    'and interrupted it ends in order, with the summary of what was so far',
    async () => {
      const interrupt = (child: ChildProcess) => void setTimeout(() => child.kill('SIGINT'), 1_500)
      const { status, stdout } = await soak(['--hours', '8'], interrupt)
      expect(stdout).toMatch(/rounds: recorded/)
      expect(stdout).toMatch(/^interrupted; passed/m)
      expect(status).toBe(130)
    },
    TEST_MS_MAX,
  )
})

test('a bad option ends with exit code 2', async () => {
  const { status, stdout, stderr } = await soak(['--minutes', 'many'])
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain('--minutes "many": give a number from 0 to 10080')
})
