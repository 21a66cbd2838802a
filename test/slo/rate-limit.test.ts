import { describe, expect, test, vi } from 'vitest'
import { ECHO_P95, METRICS, monitored } from './monitored.ts'

const ECHO_P50 = { metric: 'echo', objective: 'p50<30ms' } as const
const WARN = { ...ECHO_P95, name: 'warn' }
const PAGE = { metric: 'echo', objective: 'p95<500ms', name: 'page' } as const
const HTTP = {
  metric: 'http',
  objective: 'p95<60ms',
  name: 'warn',
  labels: { route: '/a', method: 'GET' },
} as const
const RENDER_P50 = { metric: 'render', objective: 'p50<60ms' } as const

describe('the rate limit', () => {
  test('lets one event through per window while the violation goes on, and tells how many it held back', () => {
    const { monitor, fill, clock } = monitored([ECHO_P95])
    fill('echo', 100)
    const suppressed: (number | undefined)[] = []
    for (let second = 0; second <= 20; second += 1) {
      suppressed.push(monitor.checkAll()[0]?.suppressed)
      clock.advance(1_000)
    }
    expect(
      suppressed.map((count, second) => [second, count]).filter(([, count]) => count !== undefined),
    ).toEqual([
      [0, 0],
      [10, 9],
      [20, 9],
    ])
  })

  test('holds by the timestamps of the events, however long a check takes', () => {
    const { monitor, fill, clock, registry, violations } = monitored([ECHO_P95], { rateLimitWindowMs: 1_000 })
    fill('echo', 100)
    const metric = registry.metric('echo')!
    const { allSeries } = metric
    const reading = vi.spyOn(metric, 'allSeries', 'get').mockImplementationOnce(() => {
      clock.advance(40)
      return allSeries
    })
    monitor.checkAll()
    clock.advance(960)
    monitor.checkAll()
    reading.mockRestore()
    expect(violations.map(({ timestamp }) => timestamp - clock.originEpochMs)).toEqual([0, 1_000])
  })

  test('a metric that swings around its threshold fires, is limited, and fires again after the window', () => {
    const { monitor, fill, clock, violations, recoveries } = monitored([ECHO_P95])
    for (let second = 0; second < 24; second += 2) {
      fill('echo', second % 4 === 0 ? 100 : 10)
      monitor.checkAll()
      clock.advance(2_000)
    }
    const at = ({ timestamp }: { timestamp: number }) => (timestamp - clock.originEpochMs) / 1_000
    expect(violations.map(event => [at(event), event.suppressed])).toEqual([
      [0, 0],
      [12, 2],
    ])
    // The violations between them were held back, so their ends are no news.
    expect(recoveries.map(at)).toEqual([2, 14])
  })

  test('percentiles of one metric do not share it', () => {
    const { monitor, fill, registry } = monitored([ECHO_P95, ECHO_P50])
    for (let value = 1; value <= 20; value += 1) registry.record('echo', value > 10 ? 100 : 1)
    expect(monitor.checkAll().map(({ percentile }) => percentile)).toEqual(['p95'])
    fill('echo', 100)
    expect(monitor.checkAll().map(({ percentile }) => percentile)).toEqual(['p50'])
  })

  test('metrics do not share it', () => {
    const { monitor, fill } = monitored([ECHO_P50, RENDER_P50])
    fill('echo', 100)
    expect(monitor.checkAll().map(({ metric }) => metric)).toEqual(['echo'])
    fill('render', 100)
    expect(monitor.checkAll().map(({ metric }) => metric)).toEqual(['render'])
  })

  test('widened to the metric, its percentiles and labels share it', () => {
    const setup = monitored(
      [ECHO_P95, ECHO_P50, RENDER_P50, { metric: 'http', objective: 'p50<1ms', by: 'series' }],
      { rateLimitScope: 'metric' },
    )
    setup.fill('echo', 100)
    setup.fill('render', 100)
    setup.fill('http', 100, { route: '/a', method: 'GET' })
    setup.fill('http', 100, { route: '/b', method: 'GET' })
    expect(setup.monitor.checkAll().map(({ metric, percentile }) => `${metric} ${percentile}`)).toEqual([
      'echo p95',
      'render p50',
      'http p50',
    ])
    setup.clock.advance(10_000)
    expect(setup.monitor.checkAll().map(({ suppressed }) => suppressed)).toEqual([1, 0, 1])
  })

  test('narrowed to the SLO, each objective on the same percentile is heard', () => {
    const byRoute = { metric: 'http', objective: 'p50<1ms', by: 'series' } as const
    const setup = monitored([WARN, PAGE, byRoute], { rateLimitScope: 'slo' })
    setup.fill('echo', 100)
    setup.fill('http', 100, { route: '/a', method: 'GET' })
    setup.fill('http', 100, { route: '/b', method: 'GET' })
    const found = () => setup.monitor.checkAll().map(({ slo, suppressed }) => [slo, suppressed])
    const http = ['http p50<1ms by series', 0]
    expect(found()).toEqual([['warn', 0], http, http])
    setup.fill('echo', 1_000)
    expect(found()).toEqual([['page', 0]])
    expect(setup.lines).toEqual([])
  })

  test.each([
    [WARN, PAGE, 1],
    [WARN, { ...PAGE, window: '1m' }, 1],
    [WARN, { ...PAGE, objective: 'p99<500ms' }, 0],
    [WARN, { ...PAGE, metric: 'render' }, 0],
    [HTTP, { ...HTTP, name: 'page', labels: { route: '/a', method: 'GET' } }, 1],
    [HTTP, { ...HTTP, name: 'page', labels: { method: 'GET', route: '/b' } }, 0],
    [HTTP, { ...HTTP, name: 'page', by: 'series' }, 0],
  ] as const)(
    '%j and %j: whether they share one limit is said when the second is added',
    (first, second, count) => {
      const { lines } = monitored([first, second])
      expect(lines).toHaveLength(count)
      for (const line of lines) {
        expect(line).toMatch(/^offloop: SLO page shares .*warn.*rateLimitScope: 'slo'/)
      }
    },
  )

  test('that SLOs share one limit is not said when it is meant, nor of one that was removed', () => {
    expect(monitored([WARN, PAGE], { rateLimitScope: 'metric' }).lines).toEqual([])
    const { monitor, lines } = monitored([])
    monitor.add(WARN)()
    monitor.add(PAGE)
    expect(lines).toEqual([])
  })

  test('a log that throws does not keep an SLO from being added', () => {
    const log = () => expect.unreachable('no log')
    expect(monitored([WARN, PAGE], { log }).monitor.statuses()).toHaveLength(2)
  })

  test('resetRateLimiter lets every key through at once', () => {
    const { monitor, fill } = monitored([ECHO_P95, ECHO_P50])
    fill('echo', 100)
    expect([monitor.checkAll(), monitor.checkAll()].map(({ length }) => length)).toEqual([2, 0])
    monitor.resetRateLimiter()
    expect(monitor.checkAll().map(({ suppressed }) => suppressed)).toEqual([1, 1])
  })

  test('setRateLimitWindowMs holds from the next check on, for events already out, too', () => {
    const { monitor, fill, clock } = monitored([ECHO_P95])
    fill('echo', 100)
    monitor.checkAll()
    monitor.setRateLimitWindowMs(100)
    clock.advance(99)
    expect(monitor.checkAll()).toHaveLength(0)
    clock.advance(1)
    expect(monitor.checkAll()).toHaveLength(1)
    monitor.setRateLimitWindowMs(0)
    expect(monitor.checkAll()).toHaveLength(1)
  })

  test('the window can be set from the start', () => {
    const { monitor, fill, clock } = monitored([ECHO_P95], { rateLimitWindowMs: 60_000 })
    fill('echo', 100)
    monitor.checkAll()
    clock.advance(59_999)
    expect(monitor.checkAll()).toHaveLength(0)
    clock.advance(1)
    expect(monitor.checkAll()).toHaveLength(1)
  })

  test('registering the metric again resets its limit, and no other', () => {
    const { monitor, fill, registry } = monitored([ECHO_P50, RENDER_P50])
    fill('echo', 100)
    fill('render', 100)
    expect(monitor.checkAll()).toHaveLength(2)
    const echo = METRICS.find(({ name }) => name === 'echo')
    registry.register(echo ?? expect.unreachable())
    fill('echo', 100)
    expect(monitor.checkAll().map(({ metric }) => metric)).toEqual(['echo'])
    expect(monitor.checkAll()).toEqual([])
  })

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['5' as unknown as number]])(
    'a window of %j is refused',
    windowMs => {
      const { monitor } = monitored([])
      const refusal = expect.objectContaining({
        code: 'OFFLOOP_OPTION',
        details: expect.objectContaining({ at: 'rateLimitWindowMs' }),
      })
      expect(() => monitor.setRateLimitWindowMs(windowMs)).toThrow(refusal)
      expect(() => monitored([], { rateLimitWindowMs: windowMs })).toThrow(refusal)
    },
  )
})

describe('recovery', () => {
  test('is said once, with how long the violation lasted', () => {
    const { monitor, fill, clock, recoveries } = monitored([ECHO_P95])
    fill('echo', 100)
    monitor.checkAll()
    clock.advance(5_000)
    monitor.checkAll()
    clock.advance(7_500)
    fill('echo', 10)
    for (let check = 0; check < 3; check += 1) monitor.checkAll()
    expect(recoveries).toEqual([
      expect.objectContaining({
        slo: 'echo p95<60ms',
        percentile: 'p95',
        threshold: 60,
        actual: 10,
        violatedForMs: 12_500,
        suppressed: 1,
        timestamp: clock.originEpochMs + 12_500,
      }),
    ])
  })

  test('of a violation that was held back is no news', () => {
    const { monitor, fill, recoveries, violations } = monitored([ECHO_P95])
    for (const value of [100, 10, 100, 10]) {
      fill('echo', value)
      monitor.checkAll()
    }
    expect([violations.length, recoveries.length]).toEqual([1, 1])
  })

  test('of a violation held back at first and let out later is news, counted from its first failed check', () => {
    const { monitor, fill, clock, recoveries } = monitored([ECHO_P95])
    fill('echo', 100)
    monitor.checkAll()
    fill('echo', 10)
    monitor.checkAll()
    clock.advance(6_000)
    fill('echo', 100)
    monitor.checkAll()
    clock.advance(6_000)
    expect(monitor.checkAll()).toHaveLength(1)
    fill('echo', 10)
    monitor.checkAll()
    expect(recoveries.map(({ violatedForMs }) => violatedForMs)).toEqual([0, 6_000])
  })

  test('does not use up the count of what was held back', () => {
    const { monitor, fill, clock, recoveries, violations } = monitored([ECHO_P95])
    fill('echo', 100)
    monitor.checkAll()
    monitor.checkAll()
    fill('echo', 10)
    monitor.checkAll()
    clock.advance(10_000)
    fill('echo', 100)
    monitor.checkAll()
    expect(recoveries.map(({ suppressed }) => suppressed)).toEqual([1])
    expect(violations.map(({ suppressed }) => suppressed)).toEqual([0, 1])
  })
})

describe('adding and removing', () => {
  test('an SLO added later is judged; removed, it is not, and its name is free again', () => {
    const { monitor, fill, violations, recoveries } = monitored([])
    fill('echo', 100)
    const remove = monitor.add(ECHO_P95)
    expect(monitor.checkAll()).toHaveLength(1)
    remove()
    fill('echo', 10)
    monitor.resetRateLimiter()
    expect([monitor.checkAll(), monitor.statuses(), violations.length, recoveries.length]).toEqual([
      [],
      [],
      1,
      0,
    ])
    monitor.add(ECHO_P95)
    expect(monitor.statuses()).toHaveLength(1)
  })

  test('a remover called twice does not remove the SLO that took the name', () => {
    const { monitor } = monitored([])
    const remove = monitor.add(ECHO_P95)
    remove()
    monitor.add(ECHO_P95)
    remove()
    expect(monitor.statuses()).toHaveLength(1)
  })

  test('a definition that does not fit is refused at the path given, and nothing is added', () => {
    const { monitor } = monitored([])
    const add = () => monitor.add({ metric: 'echo', objective: 'p95<5MB' }, 'slos.echo')
    expect(add).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ at: 'slos.echo.objective' }) }),
    )
    expect(monitor.statuses()).toEqual([])
  })

  test('statuses tell objective, state and figures of every SLO', () => {
    const { monitor, fill } = monitored([ECHO_P95, RENDER_P50, { metric: 'late', objective: 'p(50)<1s' }])
    fill('echo', 100)
    fill('render', 10)
    monitor.checkAll()
    const none = { labels: {}, actual: undefined }
    expect(monitor.statuses()).toEqual([
      {
        name: 'echo p95<60ms',
        metric: 'echo',
        objective: 'p95<60ms',
        labels: {},
        state: 'violated',
        actual: 100,
        threshold: 60,
        unit: 'ms',
      },
      {
        name: 'render p50<60ms',
        metric: 'render',
        objective: 'p50<60ms',
        labels: {},
        state: 'ok',
        actual: 10,
        threshold: 60,
        unit: 'ms',
      },
      {
        name: 'late p50<1s',
        metric: 'late',
        objective: 'p50<1s',
        ...none,
        state: 'no-data',
        threshold: 1,
        unit: '1',
      },
    ])
  })
})
