/** Every function that takes options, and every option with values of wrong types, as they come from JSON or from callers
 *  without types: refused with a coded error that names the path, before anything was changed. */
import {
  attachTelemetry,
  connectBus,
  createTelemetry,
  MetricRegistry,
  SLOMonitor,
  type Telemetry,
  type TelemetryError,
  type TelemetryShare,
} from 'offloop'
import { afterAll, describe, expect, test } from 'vitest'
import { resolveOptions } from '../../../src/producer/options.ts'
import { questionOf } from '../../../src/producer/question.ts'
import { checkShare } from '../../../src/shared/share.ts'
import { resolveSLO } from '../../../src/shared/slo/definition-check.ts'
import { liveTelemetry } from '../../integration/live-telemetry.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

let telemetry: Telemetry | undefined

afterAll(() => telemetry?.close())

/** Of every type, some of them of two. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  7n,
  '',
  '60',
  'toString',
  'x'.repeat(2 ** 20),
  Symbol('option'),
  [],
  [1],
  {},
  { toString: 1 },
  { valueOf: () => 5 },
  () => 5,
  new Date(0),
  new Map(),
]

/** @throws unless it is a coded error whose message names the path */
async function expectRefused(work: () => unknown, path: string, value: unknown): Promise<void> {
  let thrown: unknown = 'nothing'
  try {
    await work()
  } catch (error) {
    thrown = error
  }
  const context = `${path}: ${typeof value} ${Array.isArray(value) ? 'array' : ''}`
  // By name: some come from the sources, some from the package.
  expect((thrown as Error).name, `${context} ${String(thrown)}`).toBe('TelemetryError')
  expect((thrown as TelemetryError).message, context).toContain(path)
  expect((thrown as TelemetryError).message.length, context).toBeLessThan(1_000)
}

type Take = (options: unknown) => unknown
/** For each key: the path an error names, and which of the values above are right after all. */
type Keys = Readonly<Record<string, { path?: string; isRight: (value: unknown) => boolean }>>

const isFunction = (value: unknown) => typeof value === 'function'
const isNumber =
  (min: number, max = 2 ** 31 - 1) =>
  (value: unknown) =>
    typeof value === 'number' && value >= min && value <= max
const isWhole = (min: number, max: number) => (value: unknown) =>
  Number.isInteger(value) && isNumber(min, max)(value)
const never = () => false
const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isShortText = (value: unknown) => isText(value) && (value as string).length <= 1_024
// An option that is null is refused like any other wrong type.
const registration = (kind: 'latency' | 'gauge' | 'counter') => ({
  take: ((options: unknown) => createRecorder(createShare()).recorder[kind]('m', options as never)) as Take,
  keys: {
    unit: { path: 'm.unit', isRight: (value: unknown) => value === null },
    help: {
      path: 'm.help',
      isRight: (value: unknown) => value === null || value === '' || isShortText(value),
    },
    labelNames: {
      path: 'm.labelNames',
      isRight: (value: unknown) => value === null || (Array.isArray(value) && value.length === 0),
    },
  },
  at: 'm',
})

const SLO_KEYS: Keys = {
  metric: { isRight: isShortText },
  objective: { isRight: never },
  name: { isRight: isShortText },
  labels: { isRight: value => isEmptyObject(value) },
  by: { isRight: never },
  every: { isRight: never },
  window: { isRight: never },
  minSamples: { isRight: value => Number.isSafeInteger(value) && (value as number) >= 0 },
  total: { isRight: never },
  description: { isRight: isShortText },
}

/** What of the values above could be labels of some metric: the aggregator knows which. */
function isFilter(value: unknown): boolean {
  return isEmptyObject(value) || (value as { toString?: unknown } | null)?.toString === 1
}

/** One telemetry for all that flushing is refused. */
function flushed(): Telemetry {
  telemetry ??= createTelemetry({ service: 'hostile' })
  return telemetry
}

/** An object without keys of its own is an empty filter. */
function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  )
}

const sloAt = (at: string): { take: Take; keys: Keys; at: string } => ({
  take: given => {
    const definition = { metric: 'm', objective: 'p(95)<60', ...(given as object) }
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return resolveSLO(given, at)
    return resolveSLO(definition, at)
  },
  keys: Object.fromEntries(
    Object.entries(SLO_KEYS).map(([key, rule]) => [key, { ...rule, path: `${at}.${key}` }]),
  ),
  at,
})

const TAKERS: Readonly<Record<string, { take: Take; keys: Keys; at: string }>> = {
  createTelemetry: {
    take: options =>
      resolveOptions(
        typeof options === 'object' && options !== null && !Array.isArray(options)
          ? ({ service: 's', ...options } as never)
          : (options as never),
      ),
    keys: {
      service: { isRight: isText },
      laneCapacity: { isRight: never },
      windowCapacity: { isRight: never },
      maxSeriesPerMetric: { isRight: never },
      markCapacity: { isRight: never },
      publishEvery: { isRight: never },
      overflow: { isRight: never },
      slos: { isRight: value => Array.isArray(value) && value.length === 0 },
      sloCheckIntervalMs: { isRight: isNumber(1) },
      rateLimitWindowMs: { isRight: isNumber(0) },
      rateLimitScope: { isRight: never },
      publish: { isRight: isFunction },
      log: { isRight: value => isFunction(value) || value === false },
    },
    at: 'OFFLOOP_OPTION',
  },
  'telemetry.latency': registration('latency'),
  'telemetry.gauge': registration('gauge'),
  'telemetry.counter': registration('counter'),
  'telemetry.flush': {
    take: options => flushed().flush(options as never),
    keys: { timeoutMs: { isRight: value => value === null || isNumber(1)(value) } },
    at: 'flush options',
  },
  'telemetry.query': {
    take: options => questionOf('m', options),
    keys: {
      labels: { path: 'm', isRight: value => value === null || isFilter(value) },
      window: { path: 'OFFLOOP_TIME_WINDOW', isRight: value => typeof value === 'string' },
    },
    at: 'query options',
  },
  attachTelemetry: {
    take: options => attachTelemetry(createShare({ id: 'offloop:options' }), options as never).close(),
    keys: { publishEvery: { isRight: value => value === null || isWhole(1, 64)(value) } },
    at: 'attach options',
  },
  MetricRegistry: {
    take: options => new MetricRegistry(options as never),
    keys: {
      windowCapacity: { isRight: value => value === null },
      maxSeriesPerMetric: { isRight: value => value === null },
      clock: { isRight: value => value === null },
      onSeriesOverflow: { isRight: isFunction },
    },
    at: 'registry options',
  },
  SLOMonitor: {
    take: options => new SLOMonitor(new MetricRegistry(), [], () => {}, options as never),
    keys: {
      rateLimitWindowMs: { isRight: isNumber(0) },
      rateLimitScope: { isRight: never },
      publishTimeoutMs: { isRight: isNumber(1) },
      slowCheckMs: { isRight: isNumber(0) },
      log: { isRight: isFunction },
      timers: { isRight: never },
    },
    at: 'monitor options',
  },
  'telemetry.slo': sloAt('slo'),
  'createTelemetry({ slos })': sloAt('slos[2]'),
}

describe.each(Object.entries(TAKERS))('%s', (_, { take, keys, at }) => {
  test.each(Object.keys(keys))('%s of a wrong type is refused with its path', async key => {
    const { path = key, isRight } = keys[key]!
    for (const value of VALUES) {
      if (isRight(value)) await take({ [key]: value })
      else await expectRefused(() => take({ [key]: value }), path, value)
    }
  })

  test('what is no object is refused, and says where', async () => {
    for (const value of [null, true, 7, 7n, 'text', Symbol('options'), [], [{}], () => ({})]) {
      await expectRefused(() => take(value), at, value)
    }
  })

  test.each(['unknownKey', 'constructor', 'toString', '__proto__'])(
    'a key %s is refused by its name',
    async key => {
      const options = JSON.parse(`{${JSON.stringify(key)}: 1}`)
      await expectRefused(() => take(options), key, 1)
    },
  )
})

test.each(['route', 'constructor', '__proto__'])(
  'a label %s of an SLO is refused with its whole path',
  label => {
    const labels = JSON.parse(`{${JSON.stringify(label)}: 5}`)
    for (const value of [labels]) {
      expect(() =>
        resolveOptions({ service: 's', slos: [slo('a'), slo('b'), { ...slo('c'), labels: value }] } as never),
      ).toThrow(`slos[2].labels.${label}`)
    }
    function slo(name: string) {
      return { metric: 'm', objective: 'p(95)<60ms', name }
    }
  },
)

describe('a share', () => {
  const { offloop: _, ...fields } = createShare()

  test.each(Object.keys(fields))('whose %s is of a wrong type is refused', key => {
    const isRight = (value: unknown) => (key === 'id' || key === 'service' ? isText(value) : false)
    for (const value of VALUES) {
      if (isRight(value)) continue
      expect(() => checkShare({ ...createShare(), [key]: value })).toThrow(
        expect.objectContaining({ code: 'OFFLOOP_SHARE' }),
      )
    }
  })

  test('whose memory has another size is refused with the path', () => {
    const wrong: Partial<Record<keyof TelemetryShare, SharedArrayBuffer>>[] = [
      { control: new SharedArrayBuffer(4) },
      { control: new SharedArrayBuffer(0) },
      { board: new SharedArrayBuffer(32_768) },
    ]
    for (const part of wrong) {
      expect(() => checkShare({ ...createShare(), ...part })).toThrow(`share.${Object.keys(part)[0]}`)
    }
  })
})

test('functions that take functions, names and definitions refuse the rest', () => {
  const telemetry = liveTelemetry()
  const registry = new MetricRegistry()
  for (const value of VALUES.filter(value => !isFunction(value))) {
    const refusals: (() => unknown)[] = [
      () => telemetry.on('perf.slo_violation', value as never),
      () => telemetry.on(value as never, () => {}),
      () => telemetry.slo(value as never),
      () => connectBus(value as never),
      () => connectBus(telemetry.openBus(), value as never),
      () => attachTelemetry(value as never),
      () => registry.register(value as never),
      () => registry.record(value as never, 1),
      () => new SLOMonitor(registry, value as never, () => {}),
    ]
    for (const [index, refused] of refusals.entries()) {
      if (index === 8 && Array.isArray(value) && value.length === 0) continue
      expect(refused, `${index}: ${typeof value}`).toThrow(
        expect.objectContaining({ name: 'TelemetryError' }),
      )
    }
  }
})
