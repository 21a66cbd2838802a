/** Extensions on a real aggregator thread: started, asked, pushed, ended, and started again with it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry, type TelemetryOptions } from '../../../src/index.ts'

const MODULE = new URL('./recording.mjs', import.meta.url).href

function recorded(
  options: Partial<TelemetryOptions> & { fails?: boolean; hangs?: boolean; name?: string } = {},
) {
  const { fails, hangs, name = 'prometheus', ...rest } = options
  const folder = mkdtempSync(join(tmpdir(), 'offloop-extension-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'notes')
  const lines: string[] = []
  const telemetry = createTelemetry({
    service: 'extended',
    log: line => lines.push(line),
    exporters: [{ name, module: MODULE, options: { file, fails, hangs } }],
    ...rest,
  })
  onTestFinished(async () => {
    await telemetry.close()
  })
  const notes = () =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  return { telemetry, notes, lines }
}

test('an extension is up when ready resolves, and what it says of itself is there', async () => {
  const { telemetry, notes } = recorded()
  expect(await telemetry.ready).toEqual({ url: 'http://127.0.0.1:1' })
  expect(telemetry.status.url).toBe('http://127.0.0.1:1')
  const [{ resource }] = notes()
  expect(resource).toMatchObject({ service: 'extended', pid: process.pid })
  expect(resource.instanceId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(resource.version).toMatch(/^\d+\.\d+\.\d+/)
})

test('a scrape covers what this thread recorded before it', async () => {
  const { telemetry } = recorded()
  telemetry.counter('hits').add(3)
  telemetry.latency('wait').record(1)
  const { contentType, body } = await telemetry.scrape('text/plain')
  expect(contentType).toBe('application/json')
  expect(JSON.parse(body)).toEqual({ question: { accept: 'text/plain' }, totals: { hits: 3, wait: 1 } })
})

test('a push is done once for those who ask meanwhile, and what does not arrive is said', async () => {
  const { telemetry, notes } = recorded()
  await telemetry.ready
  telemetry.counter('hits').add(2)
  await Promise.all([telemetry.push(), telemetry.push()])
  const pushes = notes().filter(({ did }) => did === 'push')
  expect(pushes).toEqual([{ did: 'push', totals: { hits: 2 }, own: 1, heartbeatAgeMs: expect.any(Number) }])
  telemetry.counter('refused').add(1)
  await expect(telemetry.push()).rejects.toMatchObject({
    code: 'OFFLOOP_PUSH',
    message: expect.stringContaining('not taken'),
  })
})

test('closing ends it with everything in view', async () => {
  const { telemetry, notes } = recorded()
  await telemetry.ready
  telemetry.counter('hits').add(7)
  await telemetry.close()
  expect(notes().at(-1)).toMatchObject({
    did: 'close',
    totals: { hits: 7 },
  })
})

test('one that never ends delays closing by its bound, and no longer', async () => {
  const { telemetry } = recorded({ hangs: true })
  await telemetry.ready
  expect(await telemetry.close()).toMatchObject({ ok: true })
})

test('one that cannot start makes ready reject with its code, and nothing else', async () => {
  const { telemetry, lines } = recorded({ fails: true })
  await expect(telemetry.ready).rejects.toMatchObject({
    code: 'OFFLOOP_HTTP_LISTEN',
    details: { fix: 'do this' },
  })
  telemetry.counter('hits').add(1)
  expect((await telemetry.query('hits')).total).toBe(1)
  await expect
    .poll(() => lines.join())
    .toContain('offloop: the HTTP endpoint is not running: OFFLOOP_HTTP_LISTEN')
})

test('a module that is not there is said by its name', async () => {
  const telemetry = createTelemetry({
    service: 'extended',
    log: false,
    exporters: [{ name: 'missing', module: new URL('./missing.mjs', import.meta.url).href, options: {} }],
  })
  onTestFinished(async () => {
    await telemetry.close()
  })
  await expect(telemetry.ready).rejects.toMatchObject({
    code: 'OFFLOOP_EXTENSION',
    message: expect.stringContaining('missing'),
  })
})

test('the next aggregator starts it again, and tells it what it was', async () => {
  const { telemetry, notes } = recorded()
  await telemetry.ready
  telemetry.counter('hits').add(5)
  await telemetry.flush()
  const module = new URL('./dying.mjs', import.meta.url).href
  const dying = createTelemetry({
    service: 'dies',
    log: false,
    exporters: [{ name: 'dying', module, options: {} }],
  })
  onTestFinished(async () => {
    await dying.close()
  })
  await dying.ready
  expect((await dying.query('starts')).total).toBe(1)
  // Saved within a tenth of a second, and not only when something is drained.
  await new Promise(resolve => setTimeout(resolve, 1_000))
  await dying.push().catch(() => {})
  await expect.poll(() => dying.status.restarts, { timeout: 10_000 }).toBe(1)
  // What it counted survives, and it knows what it said of itself.
  await expect.poll(async () => (await dying.query('starts')).total, { timeout: 10_000 }).toBe(2)
  expect((await dying.query('previous')).last).toBe(41)
  expect(notes()).toHaveLength(1)
})

test('a rejection that an extension lets fall is said, and the aggregator goes on', async () => {
  const lines: string[] = []
  const module = new URL('./stray.mjs', import.meta.url).href
  const telemetry = createTelemetry({
    service: 'strays',
    log: line => lines.push(line),
    exporters: [{ name: 'stray', module, options: {} }],
  })
  onTestFinished(async () => {
    await telemetry.close()
  })
  await telemetry.ready
  telemetry.counter('hits').add(1)
  await telemetry.push()
  await expect.poll(() => lines.join(), { timeout: 5_000 }).toContain('stray')
  expect((await telemetry.query('hits')).total).toBe(1)
  expect(telemetry.status.restarts).toBe(0)
})

test.each([
  ['no array', {}, 'exporters'],
  ['no spec', [{}], 'exporters[0]'],
  [
    'a function among the options',
    [{ name: 'a', module: 'b', options: { f: () => {} } }],
    'exporters[0].options',
  ],
  [
    'one name twice',
    [
      { name: 'a', module: 'b', options: {} },
      { name: 'a', module: 'c', options: {} },
    ],
    'exporters[1].name',
  ],
])('exporters that are %s are refused', (_, exporters, at) => {
  const options = { service: 'x', exporters } as unknown as TelemetryOptions
  expect(() => createTelemetry(options)).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OPTION', details: expect.objectContaining({ at }) }),
  )
})
