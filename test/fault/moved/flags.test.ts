import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { App, expectWorking, WORKER_FILE } from './app.ts'

const app = new App()
afterAll(() => app.remove())

const worker = app.path('node_modules', 'offloop', 'dist', WORKER_FILE)
const program = app.path('program.mjs')

/** Would start another telemetry on the aggregator thread, and so on without end. */
const preload = app.write(
  'preload.mjs',
  `import { threadId } from 'node:worker_threads'
   import { createTelemetry } from 'offloop'
   console.error('preloaded on thread ' + threadId)
   createTelemetry({ service: 'preload', log: false })`,
)

const nodeOptions = (value: string) => ({
  NODE_OPTIONS: `--require ${JSON.stringify(app.path('spy.cjs'))} ${value}`,
})

test('what NODE_OPTIONS and flags load is loaded on the main thread, and not on the aggregator', async () => {
  const url = pathToFileURL(preload).href
  for (const run of [
    await app.run('--import', url, program),
    await app.runNode([program], nodeOptions(`--import ${url}`)),
  ]) {
    expect(run).toMatchObject({ code: 0, started: [worker, worker] })
    expect(run.stderr.match(/preloaded on thread \d+/g)).toEqual(['preloaded on thread 0'])
  }
})

test('options of NODE_OPTIONS that no thread may have do no harm', async () => {
  const options = '--title=moved --max-http-header-size=20000 --max-old-space-size=500 --enable-source-maps'
  expectWorking(await app.runNode([program], nodeOptions(options)), worker)
})

test('loaders that change what modules mean neither see nor break the worker', async () => {
  const hooks = app.write(
    'hooks.mjs',
    `export async function load(url, context, next) {
       if (url.includes('aggregator') || url.startsWith('data:')) throw new Error('a loader saw ' + url)
       return next(url, context)
     }`,
  )
  const register = app.write(
    'register.mjs',
    `import { register } from 'node:module'
     register(${JSON.stringify(pathToFileURL(hooks).href)})`,
  )
  expectWorking(await app.run('--import', pathToFileURL(register).href, program), worker)
})

test('a program given by --eval as a module has its worker', async () => {
  const code = "await import('./program.mjs')"
  expectWorking(await app.run('--input-type=module', '--eval', code), worker)
})

test('code generation from strings may be forbidden', async () => {
  const run = await app.run('--disallow-code-generation-from-strings', program)
  expectWorking(run, worker)
})

// Node 20 strips no types.
test.runIf('typescript' in process.features && process.features.typescript)(
  'a program in TypeScript, its types stripped by Node, has its worker',
  async () => {
    const typed = app.write('typed.ts', "const path: string = './program.mjs'\nawait import(path)\n")
    expectWorking(await app.run(typed), worker)
  },
)
