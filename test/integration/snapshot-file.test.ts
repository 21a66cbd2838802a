/** The `snapshotFile` option: what close() writes, where, and what is said when it cannot. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createTelemetry, type TelemetrySnapshot } from 'offloop'
import { expect, onTestFinished, test } from 'vitest'
import { codeOf, liveTelemetry, loggedTelemetry, thrownBy } from './live-telemetry.ts'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'offloop-file-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const snapshotIn = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as TelemetrySnapshot

test('close() writes what everything came to, the last check of the objectives included', async () => {
  const path = join(emptyFolder(), 'snapshot.json')
  const telemetry = liveTelemetry({
    snapshotFile: path,
    log: false,
    slos: [{ metric: 'echo', objective: 'max<50ms' }],
  })
  const echo = telemetry.latency('echo', { labelNames: ['route'] }).labels({ route: '/' })
  for (let value = 1; value <= 100; value++) echo.record(value)
  telemetry.gauge('level').set(Number.POSITIVE_INFINITY)
  expect(await telemetry.close()).toEqual({ ok: true, lost: 0, timedOut: false })
  const { service, series, slos, lost } = snapshotIn(path)
  expect({ service, lost }).toEqual({ service: 'integration', lost: 0 })
  expect(series[0]).toMatchObject({
    metric: 'echo',
    labels: { route: '/' },
    total: 100,
    p95: 95,
    totalSum: 5_050,
  })
  expect(series[1]).toMatchObject({ metric: 'level', total: 0, invalid: 1 })
  expect(series[1]).not.toHaveProperty('last')
  expect(slos).toEqual([expect.objectContaining({ state: 'violated', actual: 100 })])
})

test('a relative path is that of the moment of creation', async () => {
  const path = join(emptyFolder(), 'snapshot.json')
  const before = process.cwd()
  onTestFinished(() => process.chdir(before))
  const telemetry = liveTelemetry({ snapshotFile: relative(before, path) })
  process.chdir(tmpdir())
  await telemetry.close()
  expect(existsSync(path)).toBe(true)
})

test('two open telemetries do not write one file: the second is refused, until the first is closed', async () => {
  const path = join(emptyFolder(), 'snapshot.json')
  const first = liveTelemetry({ snapshotFile: path })
  const before = process.getActiveResourcesInfo().length
  const error = thrownBy(() => createTelemetry({ service: 'second', snapshotFile: relative('.', path) }))
  expect(error).toMatchObject({ code: 'OFFLOOP_OPTION', details: { at: 'snapshotFile', got: path } })
  expect(process.getActiveResourcesInfo(), 'and nothing was started').toHaveLength(before)
  await first.close()
  const second = liveTelemetry({ service: 'second', snapshotFile: path })
  await second.close()
  expect(snapshotIn(path).service).toBe('second')
})

test('a file that cannot be written fails nothing but itself: the result and the log say why', async () => {
  const folder = emptyFolder()
  const { telemetry, lines } = loggedTelemetry({ snapshotFile: join(folder, 'missing', 'snapshot.json') })
  telemetry.latency('echo').record(1)
  const result = await telemetry.close()
  expect(result).toEqual({
    ok: false,
    lost: 0,
    timedOut: false,
    snapshotFileError: expect.stringContaining('ENOENT'),
  })
  expect(lines).toEqual([expect.stringMatching(/^offloop: the snapshot file .* was not written: ENOENT/)])
  expect(readdirSync(folder)).toEqual([])
})

test('flush() writes no file', async () => {
  const folder = emptyFolder()
  const telemetry = liveTelemetry({ snapshotFile: join(folder, 'snapshot.json') })
  telemetry.latency('echo').record(1)
  await telemetry.flush()
  expect(readdirSync(folder)).toEqual([])
})

test.each(['', 5, null, 'x\0y', 'folder/', new URL('file:///snapshot.json')])(
  '%o is refused as a snapshotFile',
  snapshotFile => {
    const error = thrownBy(() => createTelemetry({ service: 'x', snapshotFile: snapshotFile as string }))
    expect(codeOf(error)).toBe('OFFLOOP_OPTION')
  },
)
