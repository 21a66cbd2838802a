import { expect, test, vi } from 'vitest'
import * as reading from '../../src/shared/statistics/reading.ts'
import { ECHO_P95, monitored } from './monitored.ts'

vi.mock(import('../../src/shared/statistics/reading.ts'), { spy: true })

const ECHO_TICK = { ...ECHO_P95, every: 'tick' } as const

function readsOf(check: () => unknown): number {
  const read = vi.mocked(reading.readStatistic)
  read.mockClear()
  check()
  return read.mock.calls.length
}

test('a tick judges the SLOs of every tick, and no others', () => {
  const { monitor, fill } = monitored([ECHO_TICK, { metric: 'render', objective: 'p50<60ms' }])
  fill('echo', 100)
  fill('render', 100)
  expect(monitor.checkTick().map(({ metric }) => metric)).toEqual(['echo'])
  expect(monitor.checkAll().map(({ metric }) => metric)).toEqual(['render'])
})

test('a tick without SLOs of its own is not even a check', () => {
  const { monitor } = monitored([ECHO_P95])
  expect([monitor.checkTick(), monitor.checks]).toEqual([[], 0])
})

test('an SLO of every tick added later is judged at ticks; removed, it is not', () => {
  const { monitor, fill } = monitored([])
  fill('echo', 100)
  const remove = monitor.add(ECHO_TICK)
  expect(monitor.checkTick()).toHaveLength(1)
  monitor.resetRateLimiter()
  remove()
  fill('echo', 100)
  expect([monitor.checkTick(), monitor.checks]).toEqual([[], 1])
  // Its remover leaves alone the one that took its name.
  monitor.add(ECHO_TICK)
  remove()
  expect(monitor.checkTick()).toHaveLength(1)
})

test('what has no new samples is not read again, violated or not', () => {
  const { monitor, fill, registry } = monitored([ECHO_TICK])
  for (const value of [10, 100]) {
    fill('echo', value)
    expect(readsOf(() => monitor.checkTick())).toBe(1)
    expect(readsOf(() => monitor.checkTick())).toBe(0)
  }
  registry.record('echo', 100)
  expect(readsOf(() => monitor.checkTick())).toBe(1)
  expect(readsOf(() => monitor.checkAll())).toBe(1)
})

test('a violated time window is read at every tick: it may recover by time alone', () => {
  const { monitor, fill, clock, recoveries } = monitored([{ ...ECHO_TICK, window: '10s' }])
  fill('echo', 100)
  monitor.checkTick()
  expect(readsOf(() => monitor.checkTick())).toBe(1)
  clock.advance(8_000)
  fill('echo', 10)
  monitor.checkTick()
  expect(recoveries).toEqual([])
  clock.advance(8_000)
  monitor.checkTick()
  expect(recoveries).toHaveLength(1)
  expect(readsOf(() => monitor.checkTick())).toBe(0)
})

test('a tick keeps the rate limit and the recovery rules of every check', () => {
  const { monitor, fill, clock, violations, recoveries } = monitored([ECHO_TICK])
  for (let tick = 0; tick < 2_000; tick += 1) {
    fill('echo', tick < 1_500 ? 100 : 10)
    monitor.checkTick()
    clock.advance(10)
  }
  expect(violations.map(({ suppressed }) => suppressed)).toEqual([0, 999])
  expect(recoveries.map(({ violatedForMs }) => violatedForMs)).toEqual([15_000])
})

test('a series that comes up between ticks is seen', () => {
  const { monitor, fill } = monitored([
    { metric: 'http', objective: 'p50<60ms', by: 'series', every: 'tick' },
  ])
  expect(monitor.checkTick()).toEqual([])
  fill('http', 100, { route: '/a', method: 'GET' })
  expect(monitor.checkTick()).toHaveLength(1)
})
