import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { App, expectWorking, installPackage, WORKER_FILE } from './app.ts'
import { bundlers } from './bundlers.ts'

const apps: App[] = []
afterAll(() => {
  for (const app of apps) app.remove()
})

function newApp(name?: string): App {
  const app = new App(name)
  apps.push(app)
  return app
}

/** Letters that mean something in an address, or look like it. Node itself takes no module from a path with a backslash. */
const HOSTILE_NAME =
  process.platform === 'win32' ? 'a path, äöü 計測 #1 100% %41' : 'a path, äöü 計測 #1 ?2 100% %41 "'

test('the worker starts from a path with spaces, non-ASCII letters, #, ?, % and quotes, and inlined as well', async () => {
  const app = newApp(HOSTILE_NAME)
  const worker = app.path('node_modules', 'offloop', 'dist', WORKER_FILE)
  expectWorking(await app.run('program.mjs'), worker)
  rmSync(worker)
  expectWorking(await app.run('program.mjs'), 'inlined')
})

test('a CommonJS bundle finds the worker beside it in such a path', async () => {
  const app = newApp(HOSTILE_NAME)
  const file = app.path('out', 'main.cjs')
  await bundlers.esbuild({ entry: app.path('program.mjs'), file, format: 'cjs' })
  const worker = app.copyWorkerTo('out')
  expectWorking(await app.run(file), worker)
})

test('a read-only folder is enough', async () => {
  const app = newApp()
  const folders = (readdirSync(app.folder, { recursive: true }) as string[]).map(path => app.path(path))
  for (const path of [...folders, app.folder]) chmodSync(path, 0o555)
  try {
    // Root may write all the same. So what is in the folder afterwards counts, too.
    const before = readdirSync(app.folder, { recursive: true })
    expectWorking(await app.run('program.mjs'), app.path('node_modules', 'offloop', 'dist', WORKER_FILE))
    expect(readdirSync(app.folder, { recursive: true })).toEqual(before)
  } finally {
    for (const path of [app.folder, ...folders]) chmodSync(path, 0o755)
  }
})

test('a file of the same name but for the version is not started', async () => {
  const app = newApp()
  const folder = app.path('node_modules', 'offloop', 'dist')
  renameSync(`${folder}/${WORKER_FILE}`, `${folder}/offloop-aggregator-0.0.0.cjs`)
  app.write('node_modules/offloop/dist/worker/main.js', 'process.exit(3)')
  expectWorking(await app.run('program.mjs'), 'inlined')
})

test('inside an archive that only the main thread can read, the inlined worker runs', async () => {
  const app = newApp('cache.zip')
  expectWorking(await app.run('program.mjs'), 'inlined')
})

test('a package linked as pnpm does is found, by its real path', async () => {
  const app = newApp()
  const store = app.path('node_modules', '.pnpm', 'offloop@0.1.0')
  mkdirSync(store, { recursive: true })
  installPackage(store)
  for (const name of ['offloop', 'comlink', 'msgpackr']) {
    rmSync(app.path('node_modules', name), { recursive: true })
  }
  symlinkSync('.pnpm/offloop@0.1.0/node_modules/offloop', app.path('node_modules', 'offloop'), 'dir')
  const worker = app.path('node_modules/.pnpm/offloop@0.1.0/node_modules/offloop/dist', WORKER_FILE)
  expectWorking(await app.run('program.mjs'), worker)
})

test('with --preserve-symlinks a linked package is found by the path of the link', async () => {
  const app = newApp()
  const elsewhere = app.path('elsewhere')
  cpSync(app.path('node_modules', 'offloop'), elsewhere, { recursive: true })
  rmSync(app.path('node_modules', 'offloop'), { recursive: true })
  symlinkSync('../elsewhere', app.path('node_modules', 'offloop'), 'dir')
  const linked = app.path('node_modules', 'offloop', 'dist', WORKER_FILE)
  expectWorking(
    await app.run('--preserve-symlinks', '--preserve-symlinks-main', app.path('program.mjs')),
    linked,
  )
})

test('with the main thread blocked from the first line on, the worker starts, and the inlined one does', async () => {
  const app = newApp()
  const worker = app.path('node_modules', 'offloop', 'dist', WORKER_FILE)
  const program = app.write(
    'blocked.mjs',
    `import { createTelemetry } from 'offloop'
     const telemetry = createTelemetry({ service: 'moved' })
     const sleeper = new Int32Array(new SharedArrayBuffer(4))
     for (let waits = 0; waits < 1_000 && telemetry.status.aggregator === 'booting'; waits++) Atomics.wait(sleeper, 0, 0, 10)
     console.log(telemetry.status.aggregator)`,
  )
  for (const from of [worker, 'inlined']) {
    const run = await app.run(program)
    expect(run, run.stderr).toMatchObject({ code: 0, started: [from], stdout: 'running\n' })
    rmSync(worker, { force: true })
  }
})
