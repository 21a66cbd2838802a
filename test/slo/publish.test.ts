import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import { ECHO_P95, monitored } from './monitored.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test.each<[string, () => unknown, { failures: number; timeouts: number }]>([
  [
    'throws',
    () => {
      throw new Error('bus down')
    },
    { failures: 3, timeouts: 0 },
  ],
  ['rejects', () => Promise.reject(new Error('bus down')), { failures: 3, timeouts: 0 }],
  ['hangs', () => new Promise(() => {}), { failures: 0, timeouts: 3 }],
])(
  'a bus that %s stops no check: every violation is tried, counted and logged',
  async (_, publish, expected) => {
    const { monitor, fill, passMs, lines } = monitored([ECHO_P95], { publish, rateLimitWindowMs: 0 })
    fill('echo', 100)
    monitor.start(5_000)
    for (let check = 0; check < 3; check += 1) {
      passMs(5_000)
      await vi.advanceTimersByTimeAsync(0)
    }
    monitor.stop()
    await vi.advanceTimersByTimeAsync(1_000)
    await monitor.settled()
    expect(monitor.checks).toBe(3)
    expect({ failures: monitor.publishFailures, timeouts: monitor.publishTimeouts }).toEqual(expected)
    expect(lines.length).toBeGreaterThanOrEqual(1)
    expect(lines[0]).toContain('perf.slo_violation')
    expect(vi.getTimerCount()).toBe(0)
  },
)

test('a bus that fails for one event gets the others', () => {
  const topics: string[] = []
  const publish = (_: string, { metric }: { metric?: string }) => {
    if (metric === 'echo') throw new Error('no')
    topics.push(metric ?? '')
  }
  const { monitor, fill } = monitored([ECHO_P95, { metric: 'render', objective: 'p50<60ms' }], {
    publish: publish as never,
  })
  fill('echo', 100)
  fill('render', 100)
  expect(monitor.checkAll()).toHaveLength(2)
  expect([topics, monitor.publishFailures]).toEqual([['render'], 1])
})

test('the time an answer is waited for can be set', async () => {
  const { monitor, fill, passMs } = monitored([ECHO_P95], {
    publish: () => new Promise(() => {}),
    publishTimeoutMs: 50,
  })
  fill('echo', 100)
  monitor.checkAll()
  passMs(40)
  expect(monitor.publishTimeouts).toBe(0)
  passMs(10)
  await monitor.settled()
  expect(monitor.publishTimeouts).toBe(1)
})

test('without a bus violations and recoveries go to the console, a line each, and once how to silence them', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { registry, fill } = monitored([])
  const monitor = new SLOMonitor(registry, [ECHO_P95, { metric: 'render', objective: 'p50<60ms' }])
  fill('echo', 83.2)
  fill('render', 61)
  expect(monitor.checkAll()).toHaveLength(2)
  fill('echo', 10)
  monitor.checkAll()
  expect(warn.mock.calls.flat()).toEqual([
    'offloop: SLO violated: echo p95<60ms: p95 is 83.2 ms, should be < 60 ms (20 samples, rolling window)',
    'offloop: to have these elsewhere than on the console, give the SLOMonitor a publish function.',
    'offloop: SLO violated: render p50<60ms: p50 is 61 ms, should be < 60 ms (20 samples, rolling window)',
    'offloop: SLO recovered: echo p95<60ms: p95 is 10 ms after 0 s in violation',
  ])
  expect(warn.mock.calls.flat().join('')).not.toContain('\n')
})

test('without a log of its own the monitor warns on the console', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { registry, fill } = monitored([])
  const monitor = new SLOMonitor(registry, [ECHO_P95], () => {
    throw new Error('bus down')
  })
  fill('echo', 100)
  monitor.checkAll()
  expect(warn).toHaveBeenCalledExactlyOnceWith('offloop: publishing perf.slo_violation failed: bus down')
})
