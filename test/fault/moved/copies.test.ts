import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { App, installPackage, WORKER_FILE } from './app.ts'
import { bundlers } from './bundlers.ts'

const app = new App()
afterAll(() => app.remove())

const worker = app.path('node_modules', 'offloop', 'dist', WORKER_FILE)

/** Another copy of the package, as npm nests one that a dependency brings. */
const copy = installPackage(app.path('node_modules', 'dependency'))
app.write('node_modules/dependency/index.js', "export * from 'offloop'")
app.write('node_modules/dependency/package.json', '{ "type": "module", "main": "index.js" }')

/** And one of another version. */
const OTHER_WORKER_FILE = WORKER_FILE.replace(/-\d.*$/, '-99.0.0.cjs')
const other = installPackage(app.path('node_modules', 'later-dependency'))
app.write('node_modules/later-dependency/index.js', "export * from 'offloop'")
app.write('node_modules/later-dependency/package.json', '{ "type": "module", "main": "index.js" }')
renameSync(join(other, 'dist', WORKER_FILE), join(other, 'dist', OTHER_WORKER_FILE))
const otherEntry = join(other, 'dist', 'index.js')
writeFileSync(
  otherEntry,
  readFileSync(otherEntry, 'utf8')
    .replaceAll(WORKER_FILE, OTHER_WORKER_FILE)
    .replace(/SHARE_VERSION = \d+/, 'SHARE_VERSION = 99001'),
)

/** Two telemetries at once, each recording, asked and closed; then the shares crosswise. */
const programOf = (first: string, second: string) => `
  import { createTelemetry as createFirst, attachTelemetry as attachFirst } from '${first}'
  import { createTelemetry as createSecond, attachTelemetry as attachSecond } from '${second}'

  async function main() {
    const first = createFirst({ service: 'first' })
    const second = createSecond({ service: 'second' })
    const a = first.latency('echo', { unit: 'ms' })
    const b = second.latency('echo', { unit: 'ms' })
    for (let sample = 1; sample <= 10; sample++) a.record(sample)
    for (let sample = 1; sample <= 1000; sample++) b.record(sample)
    const [one, two] = await Promise.all([first.query('echo'), second.query('echo')])

    const attached = async (attach, telemetry) => {
      try {
        attach(telemetry.share()).latency('elsewhere').record(1)
        await telemetry.flush()
        return 'ok'
      } catch (error) {
        return error.code
      }
    }
    const crosswise = [await attached(attachSecond, first), await attached(attachFirst, second)]
    const closed = [await first.close(), await second.close()].map(({ ok }) => ok)
    console.log(JSON.stringify({ counts: [one.count, two.count], p50: [one.p50, two.p50], crosswise, closed }))
  }
  main()
`

const EACH_BY_ITSELF = { counts: [10, 1000], p50: [5, 500], closed: [true, true] }

test('two telemetries of one copy keep their figures apart', async () => {
  const run = await app.run(app.write('twice.mjs', programOf('offloop', 'offloop')))
  expect(run, run.stderr).toMatchObject({ code: 0, started: [worker, worker] })
  expect(JSON.parse(run.stdout)).toEqual({ ...EACH_BY_ITSELF, crosswise: ['ok', 'ok'] })
})

test('two copies of one version work side by side, and take shares of each other', async () => {
  const run = await app.run(app.write('copies.mjs', programOf('offloop', 'dependency')))
  expect(run, run.stderr).toMatchObject({ code: 0, started: [worker, join(copy, 'dist', WORKER_FILE)] })
  expect(JSON.parse(run.stdout)).toEqual({ ...EACH_BY_ITSELF, crosswise: ['ok', 'ok'] })
})

test('two versions work side by side, and refuse shares of each other by their version', async () => {
  const run = await app.run(app.write('versions.mjs', programOf('offloop', 'later-dependency')))
  expect(run, run.stderr).toMatchObject({
    code: 0,
    started: [worker, join(other, 'dist', OTHER_WORKER_FILE)],
  })
  const refused = ['OFFLOOP_SHARE_VERSION', 'OFFLOOP_SHARE_VERSION']
  expect(JSON.parse(run.stdout)).toEqual({ ...EACH_BY_ITSELF, crosswise: refused })
})

test('two versions in one bundle start a worker each, of their own version', async () => {
  const file = app.path('out', 'main.mjs')
  const entry = app.write('versions.mjs', programOf('offloop', 'later-dependency'))
  await bundlers.esbuild({ entry, file, format: 'esm' })
  const beside = app.copyWorkerTo('out')
  const run = await app.run(file)
  expect(run, run.stderr).toMatchObject({ code: 0, started: [beside, 'inlined'] })
  expect(JSON.parse(run.stdout)).toMatchObject(EACH_BY_ITSELF)
})
