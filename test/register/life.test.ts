import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { emptyDirectory, REGISTER, type StartOptions, spawnApp, startApp } from './measured-app.ts'

/** Runs a program to its end. */
async function run(
  file: string,
  options: StartOptions = {},
): Promise<{ end: number | string; stdout: string; stderr: string }> {
  const { child, stdout, stderr } = spawnApp(file, { ...options, env: { OFFLOOP_HTTP: '0', ...options.env } })
  const [code, signal] = await once(child, 'close')
  return { end: code ?? signal, stdout: stdout(), stderr: stderr() }
}

const SAID = 'offloop: metrics of "tested" not served\n'

test('a program that ends by itself ends: nothing of ours keeps it alive', async () => {
  expect(await run('ends.mjs', { args: ['itself'] })).toEqual({ end: 0, stdout: 'done\n', stderr: SAID })
})

test('a program that exits keeps its exit code', async () => {
  expect(await run('ends.mjs', { args: ['exits'] })).toEqual({ end: 7, stdout: '', stderr: SAID })
})

test.each(['throws', 'rejects'])('a program that %s fails of its own error', async way => {
  const { end, stderr } = await run('ends.mjs', { args: [way] })
  expect(end).toBe(1)
  expect(stderr).toContain('Error: of the application')
  expect(stderr).not.toContain('nothing is measured')
})

test.each([
  ['waits', {}, 'SIGTERM', 'waiting\n'],
  ['waits', { OFFLOOP_CLOSE_ON_SIGNALS: '1' }, 'SIGTERM', 'waiting\n'],
  ['listens', {}, 3, 'waiting\nheard\n'],
  ['listens', { OFFLOOP_CLOSE_ON_SIGNALS: '1' }, 3, 'waiting\nheard\n'],
])('a program that %s ends of SIGTERM as without us, with %j', async (way, env, expected, said) => {
  const { child, stdout } = spawnApp('ends.mjs', { args: [way], env: { OFFLOOP_HTTP: '0', ...env } })
  await expect.poll(stdout).toBe('waiting\n')
  child.kill('SIGTERM')
  const [code, signal] = await once(child, 'close')
  expect(code ?? signal).toBe(expected)
  expect(stdout()).toBe(said)
})

test('loaded twice, by the same address or another, it measures once', async () => {
  const app = await startApp('plain.mjs', {
    imports: [REGISTER, REGISTER, `${REGISTER}?again`],
    env: { OFFLOOP_HTTP: '0' },
  })
  await (await fetch(app.url)).text()
  await expect.poll(() => app.served()).toEqual({ 'GET - 200': 1 })
  expect(app.stderr()).toBe(SAID)
})

test.each([
  ['a wrong port', { OFFLOOP_HTTP_PORT: 'eighty' }, undefined, 'OFFLOOP_HTTP_PORT (got "eighty")'],
  ['a missing file', { OFFLOOP_CONFIG: 'missing.json' }, undefined, 'OFFLOOP_CONFIG (got "ENOENT")'],
  [
    'a key that nobody knows',
    {},
    '{ "sevice": "x" }',
    'offloop.json: sevice. To fix: did you mean "service"?',
  ],
  ['a file that is no JSON', {}, '{', 'offloop.json (got'],
  [
    'an objective that cannot be read',
    {},
    '{ "slos": [{ "metric": "a", "objective": "p(95)<60 apples" }] }',
    'offloop.json: slos[0].objective',
  ],
  ['bounds that do not ascend', { OFFLOOP_BUCKETS: '2,1' }, undefined, 'OFFLOOP_BUCKETS (got [2,1])'],
])('%s: the program runs, and one line says what to do', async (_, env, file, text) => {
  const cwd = emptyDirectory()
  if (file !== undefined) writeFileSync(join(cwd, 'offloop.json'), file)
  const { end, stdout, stderr } = await run('ends.mjs', { args: ['itself'], env, cwd })
  expect({ end, stdout }).toEqual({ end: 0, stdout: 'done\n' })
  expect(stderr).toMatch(/^offloop: nothing is measured: OFFLOOP_CONFIG: /)
  expect(stderr.match(/offloop:/g)).toHaveLength(1)
  expect(stderr).toContain(text)
})

test('disabled, it does nothing and says nothing, whatever else is wrong', async () => {
  const env = { OFFLOOP_DISABLED: '1', OFFLOOP_HTTP_PORT: 'wrong' }
  expect(await run('ends.mjs', { args: ['itself'], env })).toEqual({ end: 0, stdout: 'done\n', stderr: '' })
})

test('told to be silent, it is', async () => {
  const env = { OFFLOOP_LOG: 'silent', OFFLOOP_HTTP_PROT: '1' }
  expect(await run('ends.mjs', { args: ['itself'], env })).toEqual({ end: 0, stdout: 'done\n', stderr: '' })
})

test('the name of the service is that of its package', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'offloop register ü '))
  writeFileSync(join(cwd, 'package.json'), '{ "name": "shop" }')
  const { stderr } = await run('ends.mjs', { args: ['itself'], cwd, env: { OFFLOOP_SERVICE: '' } })
  expect(stderr).toBe('offloop: metrics of "shop" not served\n')
})

test('what is turned off is not measured', async () => {
  const env = { OFFLOOP_MEASURE_SERVER: '0', OFFLOOP_MEASURE_CLIENT: 'off', OFFLOOP_HTTP: '0' }
  const app = await startApp('plain.mjs', { env })
  await (await fetch(app.url)).text()
  expect(await app.series()).toEqual([])
})

test('worker threads take part, unless they are given options of their own', async () => {
  const app = await startApp('threads.mjs', { env: { OFFLOOP_HTTP: '0' } })
  const series = await app.series()
  const countOf = (name: string) =>
    series.filter(({ metric }) => metric === name).reduce((sum, { total }) => sum + total, 0)
  expect(countOf('http.server.request.duration')).toBe(3)
  expect(countOf('http.client.request.duration')).toBe(3)
})

test('an application may record metrics of its own', async () => {
  const app = await startApp('own-metrics.mjs', { env: { OFFLOOP_HTTP: '0' } })
  expect(await app.ask('snapshot')).toContainEqual(expect.objectContaining({ metric: 'orders', total: 5 }))
  const disabled = await startApp('own-metrics.mjs', { env: { OFFLOOP_DISABLED: '1' } })
  expect(await disabled.ask('snapshot')).toEqual([])
})

test('an application that closes the telemetry goes on as before, and its threads take part in nothing', async () => {
  expect(await run('closing.mjs')).toMatchObject({ end: 0, stdout: 'served served false\n' })
})

test('package managers, which start applications, are not measured', async () => {
  expect(await run('npm-cli.js')).toEqual({ end: 0, stdout: 'true\n', stderr: '' })
})

test('NODE_OPTIONS serve as well as the command line, and the aggregator does not load what they name', async () => {
  const app = await startApp('plain.mjs', {
    imports: [],
    env: { NODE_OPTIONS: `--import ${REGISTER}`, OFFLOOP_HTTP: '0' },
  })
  await (await fetch(app.url)).text()
  await expect.poll(() => app.served()).toEqual({ 'GET - 200': 1 })
  expect(app.stderr()).toBe(SAID)
})
