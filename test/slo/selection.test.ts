import { describe, expect, test } from 'vitest'
import { ECHO_P95, monitored } from './monitored.ts'

const HTTP = { metric: 'http', objective: 'p50<60ms' } as const

function recordRoutes({
  fill,
}: {
  fill: (metric: string, value: number, labels: Record<string, string>) => void
}) {
  fill('http', 10, { route: '/a', method: 'GET' })
  fill('http', 100, { route: '/b', method: 'GET' })
  fill('http', 200, { route: '/b', method: 'POST' })
}

describe('series', () => {
  test('without more being said all series are judged merged, by the percentile of all samples together', () => {
    const setup = monitored([HTTP])
    recordRoutes(setup)
    expect(setup.monitor.checkAll()).toEqual([
      expect.objectContaining({ labels: {}, actual: 100, count: 60, exact: true }),
    ])
  })

  test('labels pick the series that are judged', () => {
    const setup = monitored([
      { ...HTTP, labels: { route: '/a' } },
      { ...HTTP, labels: { route: '/b' } },
      { ...HTTP, labels: { route: '/b', method: 'POST' } },
    ])
    recordRoutes(setup)
    expect(setup.monitor.checkAll()).toEqual([
      expect.objectContaining({ labels: { route: '/b' }, actual: 100, count: 40 }),
      expect.objectContaining({ labels: { route: '/b', method: 'POST' }, actual: 200, count: 20 }),
    ])
  })

  test('by series each is judged and limited by itself, and says its labels', () => {
    const setup = monitored([{ ...HTTP, by: 'series' }])
    recordRoutes(setup)
    const labels = setup.monitor.checkAll().map(event => event.labels)
    expect(labels).toEqual([
      { route: '/b', method: 'GET' },
      { route: '/b', method: 'POST' },
    ])
    expect(setup.monitor.statuses().map(({ state }) => state)).toEqual(['ok', 'violated', 'violated'])
    setup.fill('http', 100, { route: '/a', method: 'GET' })
    expect(setup.monitor.checkAll().map(event => event.labels)).toEqual([{ route: '/a', method: 'GET' }])
  })

  test('by series and labels, only those picked are judged', () => {
    const setup = monitored([{ ...HTTP, by: 'series', labels: { method: 'GET' } }])
    recordRoutes(setup)
    expect(setup.monitor.checkAll().map(event => event.labels)).toEqual([{ route: '/b', method: 'GET' }])
  })

  test('a series that comes up later joins, and the violation of the others goes on', () => {
    const setup = monitored([{ ...HTTP, by: 'series' }])
    recordRoutes(setup)
    setup.monitor.checkAll()
    setup.clock.advance(1_000)
    setup.fill('http', 300, { route: '/c', method: 'GET' })
    expect(setup.monitor.checkAll().map(event => event.labels)).toEqual([{ route: '/c', method: 'GET' }])
    setup.clock.advance(1_000)
    setup.fill('http', 1, { route: '/b', method: 'GET' })
    setup.monitor.checkAll()
    expect(setup.recoveries).toEqual([
      expect.objectContaining({ labels: { route: '/b', method: 'GET' }, violatedForMs: 2_000 }),
    ])
  })

  test('merged, a series that comes up later joins without ending the violation', () => {
    const setup = monitored([{ ...HTTP, labels: { route: '/b' } }])
    recordRoutes(setup)
    setup.monitor.checkAll()
    setup.clock.advance(1_000)
    for (let series = 0; series < 3; series += 1) setup.fill('http', 1, { route: '/b', method: `M${series}` })
    setup.monitor.checkAll()
    expect(setup.recoveries).toEqual([
      expect.objectContaining({ labels: { route: '/b' }, violatedForMs: 1_000 }),
    ])
  })
})

describe('ratio', () => {
  const RATIO = { metric: 'errors', objective: 'ratio<1%', total: 'requests' } as const

  test('is the one counter divided by the other, over all series', () => {
    const { monitor, registry } = monitored([RATIO])
    registry.record('requests', 900, { route: '/a' })
    registry.record('requests', 100, { route: '/b' })
    registry.record('errors', 9, { route: '/a' })
    expect(monitor.checkAll()).toEqual([])
    registry.record('errors', 1, { route: '/b' })
    expect(monitor.checkAll()).toEqual([
      expect.objectContaining({
        percentile: 'ratio',
        actual: 0.01,
        threshold: 0.01,
        unit: 'ratio',
        count: 1_000,
      }),
    ])
  })

  test('by series divides what has the same labels', () => {
    const { monitor, registry } = monitored([{ ...RATIO, by: 'series' }])
    registry.record('requests', 1_000, { route: '/a' })
    registry.record('requests', 100, { route: '/b' })
    registry.record('errors', 1, { route: '/a' })
    registry.record('errors', 2, { route: '/b' })
    expect(monitor.checkAll()).toEqual([expect.objectContaining({ labels: { route: '/b' }, actual: 0.02 })])
  })

  test('minSamples speaks of the total: one failure in three is no verdict', () => {
    const { monitor, registry } = monitored([{ ...RATIO, minSamples: 100 }])
    registry.record('requests', 3, { route: '/a' })
    registry.record('errors', 1, { route: '/a' })
    expect(monitor.checkAll()).toEqual([])
    registry.record('requests', 97, { route: '/a' })
    registry.record('errors', 4, { route: '/a' })
    expect(monitor.checkAll()).toEqual([expect.objectContaining({ actual: 0.05, count: 100 })])
  })

  test('requests without a single error hold', () => {
    const { monitor, registry } = monitored([RATIO])
    registry.record('requests', 3, { route: '/a' })
    expect(monitor.checkAll()).toEqual([])
    expect(monitor.statuses()[0]).toMatchObject({ state: 'ok', actual: 0 })
  })
})

describe('time windows', () => {
  const LAST_MINUTE = { ...ECHO_P95, window: '1m' } as const

  test('judge what came in that time, not what is in the rolling window', () => {
    const { monitor, fill, clock } = monitored([LAST_MINUTE])
    fill('echo', 100)
    expect(monitor.checkAll()).toEqual([
      expect.objectContaining({ window: '1m', slo: 'echo p95<60ms over 1m', count: 20 }),
    ])
    clock.advance(120_000)
    fill('echo', 10)
    fill('echo', 10)
    expect(monitor.checkAll()).toEqual([])
    expect(monitor.statuses()[0]?.state).toBe('ok')
  })

  test('a violation whose samples have all left stays open without data, and ends with samples that hold', () => {
    const { monitor, fill, clock, recoveries } = monitored([LAST_MINUTE])
    fill('echo', 100)
    monitor.checkAll()
    clock.advance(120_000)
    expect(monitor.checkAll()).toEqual([])
    expect([monitor.statuses()[0]?.state, recoveries]).toEqual(['no-data', []])
    clock.advance(30_000)
    fill('echo', 10)
    monitor.checkAll()
    expect(recoveries).toEqual([
      expect.objectContaining({ violatedForMs: 150_000, actual: expect.any(Number) }),
    ])
    expect(monitor.statuses()[0]?.state).toBe('ok')
  })

  test('a rate is per second', () => {
    const { monitor, registry, clock } = monitored([
      { metric: 'requests', objective: 'rate<50/s', window: '10s' },
    ])
    for (let second = 0; second < 20; second += 1) {
      clock.advance(1_000)
      registry.record('requests', 100, { route: '/a' })
    }
    const [event] = monitor.checkAll()
    expect(event).toMatchObject({ percentile: 'rate', unit: 'hz', threshold: 50 })
    expect(event?.actual).toBeGreaterThan(80)
    expect(event?.actual).toBeLessThan(120)
  })
})
