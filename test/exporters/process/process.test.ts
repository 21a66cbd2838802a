/** The process as the aggregator thread measures it. */
import { closeSync, openSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { start } from '../../../src/exporters/process/main.ts'
import { ProcessReader } from '../../../src/exporters/process/process-reader.ts'
import { createTelemetry } from '../../../src/index.ts'
import { hostForTest } from '../../support/extension-host.ts'

const isLinux = process.platform === 'linux'

function valuesOf({ registry }: ReturnType<typeof hostForTest>): Record<string, number | undefined> {
  return Object.fromEntries(
    registry.metrics().flatMap(({ descriptor, allSeries }) =>
      allSeries.map(series => {
        const value = descriptor.kind === 'counter' ? series.total : series.last
        return [[descriptor.name, ...Object.values(series.labels)].join(' '), value]
      }),
    ),
  )
}

test('counters are what the system has counted since the process began, however often they are read', () => {
  const hosted = hostForTest()
  const reader = new ProcessReader(hosted.host)
  const before = process.resourceUsage()
  for (let round = 0; round < 5; round++) reader.read()
  const values = valuesOf(hosted)
  const after = process.resourceUsage()
  for (const [name, from, to] of [
    ['process.cpu.time user', before.userCPUTime / 1e6, after.userCPUTime / 1e6],
    ['process.cpu.time system', before.systemCPUTime / 1e6, after.systemCPUTime / 1e6],
    ['process.paging.faults minor', before.minorPageFault, after.minorPageFault],
    ['process.context_switches voluntary', before.voluntaryContextSwitches, after.voluntaryContextSwitches],
  ] as const) {
    if (!(name in values)) continue
    // Fractions of seconds were summed up.
    expect(values[name], name).toBeGreaterThanOrEqual(from - 1e-9)
    expect(values[name], name).toBeLessThanOrEqual(to + 1e-9)
  }
})

test('a reader that takes over from another one goes on where its counters are', () => {
  const hosted = hostForTest()
  new ProcessReader(hosted.host).read()
  const first = valuesOf(hosted)
  new ProcessReader(hosted.host).read()
  const second = valuesOf(hosted)
  const { user } = process.cpuUsage()
  expect(second['process.cpu.time user']).toBeGreaterThanOrEqual(first['process.cpu.time user']!)
  expect(second['process.cpu.time user'], 'not counted twice').toBeLessThanOrEqual(user / 1e6 + 1e-9)
})

test('a system that counts less than before does not take the counter back', () => {
  const hosted = hostForTest()
  const reader = new ProcessReader(hosted.host)
  reader.read()
  const { 'process.paging.faults minor': before } = valuesOf(hosted)
  const usage = process.resourceUsage()
  const spy = vi
    .spyOn(process, 'resourceUsage')
    .mockReturnValue({ ...usage, minorPageFault: 0, userCPUTime: 0 })
  onTestFinished(() => spy.mockRestore())
  reader.read()
  expect(valuesOf(hosted)['process.paging.faults minor']).toBe(before)
  expect(valuesOf(hosted)['process.cpu.utilization user']).toBe(0)
})

test.runIf(isLinux)('open files are counted exactly, its own look at them not included', () => {
  const hosted = hostForTest()
  const reader = new ProcessReader(hosted.host)
  const count = () => {
    reader.read()
    return valuesOf(hosted)['process.unix.file_descriptor.count']!
  }
  const before = count()
  const files = Array.from({ length: 25 }, () => openSync('/dev/null', 'r'))
  expect(count()).toBe(before + 25)
  for (const file of files) closeSync(file)
  expect(count()).toBe(before)
})

test('what a platform does not tell is absent, and nothing is said about it', () => {
  const { platform } = process
  onTestFinished(() => {
    Object.defineProperty(process, 'platform', { value: platform })
  })
  Object.defineProperty(process, 'platform', { value: 'win32' })
  const hosted = hostForTest()
  new ProcessReader(hosted.host).read()
  expect(hosted.registry.metrics().map(({ descriptor }) => descriptor.name)).toEqual([
    'process.cpu.time',
    'process.paging.faults',
    'process.memory.usage',
    'process.uptime',
  ])
  expect(hosted.lines).toEqual([])
})

test('it reads at once, at every interval, and once more at its end; then no more', () => {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const hosted = hostForTest()
  const rounds = () => hosted.registry.metric('process.uptime')?.allSeries[0]?.total ?? 0
  const extension = start(hosted.host, { intervalMs: 5_000 })
  expect(rounds()).toBe(1)
  vi.advanceTimersByTime(15_000)
  expect(rounds()).toBe(4)
  extension.close()
  vi.advanceTimersByTime(15_000)
  expect(rounds()).toBe(5)
})

test('an objective on memory is judged', async () => {
  const telemetry = createTelemetry({
    service: 'memory',
    log: false,
    runtime: { intervalMs: 100 },
    slos: [
      { metric: 'process.memory.usage', objective: 'max<1MB' },
      { metric: 'process.memory.usage', objective: 'max<500GB' },
    ],
    sloCheckIntervalMs: 20,
  })
  onTestFinished(async () => {
    await telemetry.close()
  })
  const judged = async () => {
    const { slos } = await telemetry.snapshot()
    expect(slos).toMatchObject([
      { threshold: 1e6, state: 'violated', actual: expect.any(Number) },
      { threshold: 500e9, state: 'ok', actual: expect.any(Number) },
    ])
    expect(slos[0]!.actual).toBeGreaterThan(1e6)
  }
  await vi.waitFor(judged, { timeout: 10_000, interval: 20 })
})

test('a process without file descriptors left is measured as far as it can be, and the rest later', () => {
  const hosted = hostForTest()
  const spy = vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
    throw new Error('uv_resident_set_memory returned EMFILE')
  })
  onTestFinished(() => spy.mockRestore())
  const reader = new ProcessReader(hosted.host)
  reader.read()
  expect(valuesOf(hosted)['process.uptime']).toBeGreaterThan(0)
  expect(valuesOf(hosted)).not.toHaveProperty('process.memory.usage')
  spy.mockRestore()
  reader.read()
  expect(valuesOf(hosted)['process.memory.usage']).toBeGreaterThan(0)
})

test('what fails at an interval is said, and does not end the thread', async () => {
  const hosted = hostForTest()
  const extension = start(hosted.host, { intervalMs: 5 })
  onTestFinished(() => extension.close())
  const spy = vi.spyOn(process, 'resourceUsage').mockImplementation(() => {
    throw new Error('ENOSYS')
  })
  onTestFinished(() => spy.mockRestore())
  await expect.poll(() => hosted.lines.join()).toContain('the process could not be measured: ENOSYS')
})
