/** Histograms name the trace they were recorded in, where its span is sampled: seen in a scrape as OpenMetrics. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import { MeterProvider } from '../../src/otel/index.ts'

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0'
const spanId = 'b7ad6b7169203331'

/** A context in a trace of this digit. */
function within(digit: string, traceFlags = 1): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId: digit.repeat(32), spanId, traceFlags })
}

async function startHistogram(unit: string) {
  const telemetry = createTelemetry({ service: 'traced', log: false })
  onTestFinished(async () => {
    await telemetry.close()
  })
  const histogram = new MeterProvider(telemetry)
    .getMeter('traced')
    .createHistogram('wait', { unit, advice: { explicitBucketBoundaries: [1, 10, 100, 1_000] } })
  // The provider has begun to load it before.
  await import('@opentelemetry/api')
  await telemetry.ready
  /** The trace at each bound, by its digit. */
  const exemplars = async () => {
    const { body } = await telemetry.scrape(OPENMETRICS)
    const found = body.matchAll(/^wait.*le="(.*?)".* # \{trace_id="(.)\2+",span_id="(.*?)"\}/gm)
    return [...found].map(([, , digit, span]) => [digit, span])
  }
  return { telemetry, histogram, exemplars }
}

test.each(['ms', 'By'])('the span of the context that is given, in %s', async unit => {
  const { histogram, exemplars } = await startHistogram(unit)
  histogram.record(0.5, { a: 1 }, within('a'))
  histogram.record(50, { a: 1 }, within('b'))
  histogram.record(500, undefined, within('c'))
  await expect.poll(exemplars).toEqual([
    ['a', spanId],
    ['b', spanId],
    ['c', spanId],
  ])
})

test('the active span, and none that is not sampled', async () => {
  const { telemetry, histogram, exemplars } = await startHistogram('ms')
  const storage = new AsyncLocalStorage<Context>()
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, that, ...values) => storage.run(active, () => work.call(that as never, ...values)),
    bind: (_context, target) => target,
    enable() {
      return this
    },
    disable() {
      return this
    },
  })
  onTestFinished(() => context.disable())
  histogram.record(0.5)
  context.with(within('a', 0), () => histogram.record(5))
  context.with(within('b'), () => histogram.record(50))
  context.with(within('c'), () => histogram.record(500, {}, within('d', 0)))
  await expect.poll(exemplars).toEqual([['b', spanId]])
  const { series } = await telemetry.snapshot()
  expect(series.find(({ metric }) => metric.startsWith('wait'))?.total).toBe(4)
})

test('a context or span that cannot be read, and ids that are none, harm nothing', async () => {
  const { telemetry, histogram, exemplars } = await startHistogram('ms')
  const throwing = { getValue: () => ({ spanContext: () => throwError() }) }
  const throwError = () => {
    throw new Error('broken')
  }
  histogram.record(1, {}, throwing as never)
  histogram.record(1, {}, 'x' as never)
  histogram.record(1, {}, null as never)
  histogram.record(1, {}, trace.setSpanContext(ROOT_CONTEXT, { traceId: 1, spanId, traceFlags: 1 } as never))
  const { series } = await telemetry.snapshot()
  expect(series.find(({ metric }) => metric.startsWith('wait'))?.total).toBe(4)
  expect(await exemplars()).toEqual([])
})
