/** What an application hands to the API may come from outside: names, label values, values and handles of any kind. Setting
 *  up refuses them with an error and stays whole; recording never throws. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { LabelledMetric } from '../../../src/producer/labelled-metric.ts'
import { describeMetric, LABEL_VALUE_LENGTH_MAX } from '../../../src/shared/metric.ts'
import { liveTelemetry } from '../../integration/live-telemetry.ts'
import { createRecording } from '../../support/recording.ts'

const MEGABYTE = 'x'.repeat(2 ** 20)
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('trap')
    },
    ownKeys: () => {
      throw new Error('trap')
    },
  },
)
/** Nothing of this is a number; some of it becomes one, or throws, when it is looked at. */
const NO_NUMBERS: readonly unknown[] = [
  undefined,
  null,
  true,
  '5',
  5n,
  Symbol('value'),
  {},
  [],
  [5],
  () => 5,
  new Date(5),
  { valueOf: () => 5 },
  {
    valueOf() {
      throw new Error('valueOf')
    },
  },
  {
    [Symbol.toPrimitive]() {
      throw new Error('toPrimitive')
    },
  },
  throwing,
]

describe('recording', () => {
  test('takes no object for a number, looks into none, and counts each as invalid', () => {
    const { recorder, seriesOf } = createRecording()
    const [echo, level, hits] = [recorder.latency('echo'), recorder.gauge('level'), recorder.counter('hits')]
    for (const value of [...NO_NUMBERS, revoked()] as never[]) {
      echo.record(value)
      level.set(value)
      level.record(value)
      // Without an argument it adds 1.
      if (value !== undefined) hits.add(value)
    }
    const count = NO_NUMBERS.length + 1
    expect(seriesOf('echo')).toMatchObject({ total: 0, invalid: count })
    expect(seriesOf('level')).toMatchObject({ total: 0, invalid: 2 * count })
    expect(seriesOf('hits')).toMatchObject({ total: 0, invalid: count - 1 })
  })

  test('ends no mark by what is no handle, looks into none, and counts each', () => {
    const { recorder, laneOf, seriesOf } = createRecording()
    const echo = recorder.latency('echo')
    const open = echo.markStart()
    for (const handle of [...NO_NUMBERS, revoked()] as never[]) {
      echo.markEnd(handle)
      echo.markLap(handle)
      recorder.markEnd(handle)
    }
    for (const latency of NO_NUMBERS as never[]) recorder.markEnd(recorder.markStart(latency))
    echo.markEnd(open)
    expect(laneOf().marksRejected).toBe(3 * (NO_NUMBERS.length + 1) + 2 * NO_NUMBERS.length)
    expect(seriesOf('echo').total).toBe(1)
  })
})

describe('names that every object has', () => {
  const NAMES = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', '__defineGetter__']

  test('are names of metrics like any other', () => {
    const { recorder, seriesOf } = createRecording()
    for (const name of NAMES) recorder.latency(name).record(1)
    for (const name of NAMES) expect(seriesOf(name).total).toBe(1)
  })

  test('are names of labels like any other, but for __proto__, which is refused', () => {
    const { recorder, registry, drain } = createRecording()
    for (const name of NAMES.filter(name => name !== '__proto__')) {
      const metric = recorder.gauge(`by_${name}`, { labelNames: [name] })
      expect(() => metric.labels({} as never)).toThrow(
        expect.objectContaining({ code: 'OFFLOOP_LABEL_MISSING' }),
      )
      metric.labels(JSON.parse(`{${JSON.stringify(name)}:"x"}`)).set(1)
      drain()
      expect(registry.metric(`by_${name}`)?.select({ [name]: 'x' })).toHaveLength(1)
      expect(registry.metric(`by_${name}`)?.select({ [name]: 'y' })).toHaveLength(0)
    }
    expect(() => recorder.gauge('m', { labelNames: ['__proto__'] })).toThrow(
      expect.objectContaining({ code: 'OFFLOOP_LABEL_NAME' }),
    )
  })

  test('are values of labels like any other', () => {
    const { recorder, seriesOf } = createRecording({ maxSeriesPerMetric: 100 })
    const metric = recorder.gauge('m', { labelNames: ['l'] })
    for (const name of NAMES) metric.labels({ l: name }).set(1)
    for (const name of NAMES) expect(seriesOf('m', [name]).total).toBe(1)
  })

  test('pollute nothing when they come as keys', () => {
    const { recorder } = createRecording()
    const metric = recorder.gauge('m', { labelNames: ['l'] })
    for (const name of ['__proto__', 'constructor']) {
      const labels = JSON.parse(`{"l":"x",${JSON.stringify(name)}:{"polluted":1}}`)
      expect(() => metric.labels(labels)).toThrow(expect.objectContaining({ code: 'OFFLOOP_LABEL_UNKNOWN' }))
    }
    expect({}).not.toHaveProperty('polluted')
  })
})

describe('label values', () => {
  test.each<[string, unknown]>([
    ['a megabyte', MEGABYTE],
    ['undefined', undefined],
    ['null', null],
    ['a symbol', Symbol('l')],
    ['a bigint', 7n],
    ['an object', {}],
    ['an array', ['x']],
    ['a boxed text', new String('x')],
    ['an object that becomes a text', { toString: () => 'x' }],
    ['a function', () => 'x'],
    ['a proxy that throws', throwing],
    ['a revoked proxy', revoked()],
  ])('of the kind %s are refused with a short message, and nothing is kept of them', (_, value) => {
    const { recorder, drain, registry } = createRecording()
    const metric = recorder.gauge('m', { labelNames: ['l'] })
    let thrown: unknown
    try {
      metric.labels({ l: value } as never)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'OFFLOOP_LABEL_VALUE' })
    expect((thrown as Error).message.length).toBeLessThan(400)
    metric.labels({ l: 'x' }).set(1)
    drain()
    expect(registry.metric('m')?.allSeries.map(({ labels }) => labels)).toEqual([{ l: 'x' }])
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['NUL', 'a\0b'],
    ['a lone surrogate', '\ud800'],
    ['another lone surrogate', '\udfff'],
    ['marks that turn the text round', '\u202eabc\u2066'],
    ['line ends', 'a\r\n\u2028b'],
    ['quotes and brackets', '"]}\\,{['],
    ['as long a text as there may be', '\u0000'.repeat(LABEL_VALUE_LENGTH_MAX)],
  ])('that are %s come through as they are', (_, value) => {
    const { recorder, seriesOf, registry } = createRecording()
    recorder
      .gauge('m', { labelNames: ['l'] })
      .labels({ l: value })
      .set(3)
    recorder
      .gauge('two', { labelNames: ['a', 'b'] })
      .labels({ a: value, b: `${value}".`.slice(0, 1_024) })
      .set(3)
    expect(seriesOf('m', [value])).toMatchObject({ total: 1, labels: { l: value } })
    expect(registry.metric('two')?.allSeries[0]?.labels['a']).toBe(value)
  })

  test('from a getter that throws, or a proxy, end in an error, and the metric stays whole', () => {
    const { recorder, seriesOf } = createRecording()
    const metric = recorder.gauge('m', { labelNames: ['l'] })
    const getter = {
      get l(): string {
        throw new Error('getter')
      },
    }
    for (const labels of [getter, throwing, revoked()]) expect(() => metric.labels(labels as never)).toThrow()
    metric.labels({ l: 'x' }).set(1)
    expect(seriesOf('m', ['x']).total).toBe(1)
  })

  test('that differ with each look are taken once: what was checked is what is kept', () => {
    const { recorder, drain, registry } = createRecording()
    const metric = recorder.gauge('m', { labelNames: ['l'] })
    let looks = 0
    const labels = {
      get l() {
        return looks++ === 0 ? 'first' : (MEGABYTE as string)
      },
    }
    metric.labels(labels).set(1)
    drain()
    expect(registry.metric('m')?.allSeries.map(series => series.labels)).toEqual([{ l: 'first' }])
  })

  test('a million of them make as many series as there may be and one more, on both sides', () => {
    const { recorder, drain, registry, bad } = {
      ...createRecording({ maxSeriesPerMetric: 1_000 }),
      bad: 1_000_000,
    }
    const metric = recorder.counter('m', { labelNames: ['id'] })
    for (let id = 0; id < bad; id++) metric.labels({ id }).add()
    drain()
    const all = registry.metric('m')!.allSeries
    expect(all).toHaveLength(1_001)
    expect(all.filter(({ isOverflow }) => isOverflow)).toMatchObject([{ total: bad - 1_000 }])
    expect(all.reduce((sum, { total }) => sum + total, 0)).toBe(bad)
  })

  test('beyond the limit cost a lookup: nothing is bound or kept for them', () => {
    const bind = vi.fn((values: readonly string[]) => values)
    const metric = new LabelledMetric(describeMetric('gauge', 'm', { labelNames: ['id'] }), 10, bind)
    for (let id = 0; id < 10_000; id++) metric.labels({ id })
    expect(bind).toHaveBeenCalledTimes(11)
  })

  test('whatever they are, labels() gives a handle or throws an error', () => {
    const { recorder } = createRecording({ maxSeriesPerMetric: 10 })
    const metric = recorder.gauge('m', { labelNames: ['a', 'b'] })
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (a, b, rest) => {
        for (const labels of [{ a, b }, { a, b, c: rest }, rest]) {
          try {
            metric.labels(labels as never).set(1)
          } catch (error) {
            expect((error as { code?: string }).code).toMatch(/^OFFLOOP_LABEL_/)
          }
        }
      }),
    )
  })
})

describe('names', () => {
  test.each<[string, unknown]>([
    ['a megabyte', MEGABYTE],
    ['NUL', 'a\0'],
    ['a mark that turns the text round', '\u202eabc'],
    ['an object', { toString: () => 'm' }],
    ['a proxy that throws', throwing],
    ['a bigint', 7n],
  ])('of the kind %s are refused with a short message', (_, name) => {
    const { recorder } = createRecording()
    for (const kind of ['latency', 'gauge', 'counter'] as const) {
      let thrown: unknown
      try {
        recorder[kind](name as never)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toMatchObject({ code: 'OFFLOOP_METRIC_NAME' })
      expect((thrown as Error).message.length).toBeLessThan(500)
    }
  })

  test('a help of a megabyte is refused, and the name stays free', () => {
    const { recorder } = createRecording()
    expect(() => recorder.latency('m', { help: MEGABYTE })).toThrow(
      expect.objectContaining({ code: 'OFFLOOP_OPTION' }),
    )
    expect(() => recorder.gauge('m')).not.toThrow()
  })
})

describe('questions and objectives', () => {
  test('a name of a megabyte is no name of a metric, and is answered at once', async () => {
    const telemetry = liveTelemetry()
    for (let index = 0; index < 200; index++) telemetry.gauge(`${'m'.repeat(190)}${index}`)
    await expect(telemetry.query('m'.repeat(260))).rejects.toMatchObject({ code: 'OFFLOOP_METRIC_UNKNOWN' })
    await expect(telemetry.query(MEGABYTE)).rejects.toMatchObject({ code: 'OFFLOOP_METRIC_UNKNOWN' })
    expect(() => telemetry.slo({ metric: 'm'.repeat(1_000), objective: 'p95<1' })).toThrow(
      expect.objectContaining({ code: 'OFFLOOP_SLO_METRIC' }),
    )
  })

  test.each<[string, unknown]>([
    ['a bigint', 7n],
    ['a symbol', Symbol('x')],
    ['an object that throws as a text', { toString: null, valueOf: null }],
    ['a proxy that throws', throwing],
  ])('with %s for a name, a label or a window are refused on this thread', async (_, value) => {
    const telemetry = liveTelemetry()
    telemetry.latency('m', { labelNames: ['l'] })
    const code = expect.objectContaining({ code: expect.stringMatching(/^OFFLOOP_/) })
    await expect(telemetry.query(value as never)).rejects.toThrow(code)
    await expect(telemetry.query('m', { labels: { l: value as never } })).rejects.toThrow(code)
    await expect(telemetry.query('m', { window: value as never })).rejects.toThrow(code)
    for (const key of ['metric', 'objective', 'name', 'window', 'minSamples', 'total']) {
      const definition = { metric: 'm', objective: 'p95<1', [key]: value }
      expect(() => telemetry.slo(definition as never)).toThrow(code)
    }
    expect(() => telemetry.slo({ metric: 'm', objective: 'p95<1', labels: { l: value as never } })).toThrow(
      code,
    )
    expect(() => telemetry.slo({ metric: 'm', percentile: 'p95', threshold: value as never })).toThrow(code)
  })

  test('an SLO whose labels differ with each look is judged by what was checked', async () => {
    const telemetry = liveTelemetry()
    telemetry
      .latency('m', { labelNames: ['l'] })
      .labels({ l: 'x' })
      .record(1)
    let looks = 0
    const labels = {
      get l(): string {
        return looks++ < 2 ? 'x' : ((() => {}) as never)
      },
    }
    telemetry.slo({ metric: 'm', objective: 'p95<1', labels, name: 'fickle' })
    const { slos } = await telemetry.snapshot()
    expect(slos).toMatchObject([{ name: 'fickle', labels: { l: 'x' } }])
  })
})
