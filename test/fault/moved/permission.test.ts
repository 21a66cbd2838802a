import { afterAll, expect, test } from 'vitest'
import { App, expectWorking, WORKER_FILE } from './app.ts'

const FLAG = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

const app = new App()
afterAll(() => app.remove())

test('under the permission model a worker, and reading the application, is all it needs', async () => {
  const read = `--allow-fs-read=${app.folder}/*`
  const run = await app.run(FLAG, '--allow-worker', read, app.path('program.mjs'))
  expectWorking(run, app.path('node_modules', 'offloop', 'dist', WORKER_FILE))
})

test('where only the worker may not be read, the inlined one runs', async () => {
  const readable = [
    'package.json',
    'spy.cjs',
    'program.mjs',
    'node_modules/comlink/*',
    'node_modules/msgpackr/*',
  ]
  readable.push('node_modules/offloop/package.json', 'node_modules/offloop/dist/index.js')
  const read = readable.map(path => `--allow-fs-read=${app.path(path)}`)
  expectWorking(await app.run(FLAG, '--allow-worker', ...read, app.path('program.mjs')), 'inlined')
})

test('without leave to start a worker, createTelemetry says so and leaves nothing behind', async () => {
  const program = app.write(
    'forbidden.mjs',
    `import { createTelemetry } from 'offloop'
     try { createTelemetry({ service: 'moved' }) } catch ({ code, message }) { console.log(code, message) }`,
  )
  const run = await app.run(FLAG, `--allow-fs-read=${app.folder}/*`, program)
  expect(run).toMatchObject({ code: 0 })
  expect(run.stdout).toContain('OFFLOOP_WORKER_START')
  expect(run.stdout).toContain('--allow-worker')
})

test.each(['flags', 'NODE_OPTIONS'])(
  'the aggregator thread is allowed what its process is, and no more (permissions by %s)',
  async way => {
    const program = app.write(
      'snapshot-file.mjs',
      `import { createTelemetry } from 'offloop'
       const telemetry = createTelemetry({ service: 'moved', snapshotFile: ${JSON.stringify(app.path('final.json'))}, log: false })
       telemetry.latency('echo').record(1)
       console.log(JSON.stringify(await telemetry.close()))`,
    )
    const closed = async (...more: string[]) => {
      const flags = [FLAG, '--allow-worker', `--allow-fs-read=${app.folder}/*`, ...more]
      const NODE_OPTIONS = flags.map(flag => `"${flag}"`).join(' ')
      const run = await (way === 'flags'
        ? app.runNode([...flags, program])
        : app.runNode([program], { NODE_OPTIONS }))
      return JSON.parse(run.stdout)
    }
    expect(await closed()).toMatchObject({
      ok: false,
      lost: 0,
      snapshotFileError: expect.stringContaining('restricted'),
    })
    expect(await closed(`--allow-fs-write=${app.folder}/*`)).toEqual({ ok: true, lost: 0, timedOut: false })
  },
)
