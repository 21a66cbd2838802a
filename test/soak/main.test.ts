/** The soak run as it is run, from what `npm run build` made of it: nothing is skipped where that is missing. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'

const SOAK = fileURLToPath(new URL('../../build/soak/main.js', import.meta.url))
/** Shorter than a test may take: a run that hangs is then shown as one that has failed. */
const SPAWN_MS_MAX = 80_000
const TEST_MS_MAX = 90_000

beforeAll(() => {
  if (!existsSync(SOAK)) throw new Error(`${SOAK} is missing: npm run build`)
})

function soak(...args: string[]) {
  return spawnSync(process.execPath, [SOAK, ...args], { encoding: 'utf8', timeout: SPAWN_MS_MAX })
}

function outPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'offloop-soak-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'soak.json')
}

test(
  'after seconds of everything at once no sample is missing, and no lane, file or timer is left',
  () => {
    const out = outPath()
    const { stdout, stderr } = soak('--minutes', '0.2', '--seed', '1', '--out', out)
    expect(stderr).toBe('')
    const { reasons, counts, readings, judged } = JSON.parse(readFileSync(out, 'utf8'))
    // Whether anything grows is a matter of minutes.
    expect(reasons.filter((reason: string) => !/^(growing|too short)/.test(reason))).toEqual([])
    expect(counts.recorded).toBeGreaterThan(10_000)
    expect(counts.threads).toBeGreaterThan(0)
    expect(counts.pools).toBeGreaterThan(0)
    expect(readings.length).toBeGreaterThan(3)
    for (const { name } of judged) expect(stdout).toContain(name)
  },
  TEST_MS_MAX,
)

test(
  'a single sample that is missing ends the run, with its metric',
  () => {
    const { status, stdout } = soak('--minutes', '1', '--break', 'count', '--seed', '1')
    expect(status).toBe(1)
    expect(stdout).toMatch(/^FAILED \(again: npm run soak -- --minutes 1 --seed 1\)$/m)
    expect(stdout).toMatch(/^ {2}soak_hits: \d+ recorded, \d+ arrived and 0 lost$/m)
  },
  TEST_MS_MAX,
)

test.each([
  ['handles', 'active resources'],
  ['memory', 'outside the heap'],
])(
  '%s that are never let go are found',
  (what, name) => {
    const { status, stdout } = soak('--minutes', '0.4', '--break', what, '--seed', '1')
    expect(status).toBe(1)
    expect(stdout).toMatch(new RegExp(`^  growing: ${name}$`, 'm'))
  },
  TEST_MS_MAX,
)

test(
  'Ctrl-C ends it in order, with the summary of what was so far',
  async () => {
    const child = spawn(process.execPath, [SOAK, '--hours', '8'], { timeout: SPAWN_MS_MAX })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      if (stdout === '') setTimeout(() => child.kill('SIGINT'), 1_500)
      stdout += text
    })
    const code = await new Promise(resolve => child.once('close', resolve))
    expect(stdout).toMatch(/rounds: recorded/)
    expect(stdout).toMatch(/^interrupted; passed/m)
    expect(code).toBe(130)
  },
  TEST_MS_MAX,
)

test('a bad option ends with exit code 2', () => {
  const { status, stdout, stderr } = soak('--minutes', 'many')
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain('--minutes "many": give a number from 0 to 10080')
})
