import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, expect, test, vi } from 'vitest'
import { App, type Run, WORKER_FILE, WORKS } from './app.ts'
import { bundlers } from './bundlers.ts'

// A runner starts a runner here.
vi.setConfig({ testTimeout: 60_000 })

const require = createRequire(import.meta.url)
const app = new App()
afterAll(() => app.remove())

const result = app.path('result.json')

/** Runs the user's test of the fixtures in a runner. What the runner starts of its own comes before our worker. */
async function expectPassing(from: string, given: readonly string[], ...nodeOptions: string[]) {
  rmSync(result, { force: true })
  const spy = `--require ${JSON.stringify(app.path('spy.cjs'))}`
  const run: Run = await app.runNode(given, {
    NODE_OPTIONS: [spy, ...nodeOptions].join(' '),
    RESULT: result,
    NO_COLOR: '1',
  })
  expect(run.code, run.stdout + run.stderr).toBe(0)
  expect(run.started.at(-1)).toBe(from)
  expect(JSON.parse(readFileSync(result, 'utf8'))).toEqual(WORKS)
}

const worker = app.path('node_modules', 'offloop', 'dist', WORKER_FILE)

test.each(['threads', 'forks', 'vmThreads'])('telemetry works in tests of vitest, pool %s', async pool => {
  const vitest = require.resolve('vitest/package.json').replace('package.json', 'vitest.mjs')
  await expectPassing(worker, [vitest, 'run', '--globals', '--pool', pool, '--root', app.folder])
})

const jest = (testMatch: string) => [
  require.resolve('jest/bin/jest'),
  ...['--rootDir', app.folder, '--cacheDirectory', app.path('cache')],
  ...['--testMatch', testMatch, '--transform', '{}', '--watchman=false'],
]

test('telemetry works in tests of jest, with modules of its virtual machine', async () => {
  await expectPassing(worker, jest('**/runner.test.mjs'), '--experimental-vm-modules')
})

test('telemetry works in tests of jest that were bundled to CommonJS', async () => {
  const file = app.path('bundled.test.cjs')
  await bundlers.esbuild({ entry: app.path('runner.test.mjs'), file, format: 'cjs' })
  await expectPassing('inlined', jest('**/bundled.test.cjs'))
})
