import { expect, onTestFinished, test } from 'vitest'
import { startReceiver } from '../exporters/otlp/receiver.ts'
import { startExample } from '../support/example.ts'

const ARGS = ['examples/opentelemetry/main.js']

test('the OpenTelemetry example pushes to a receiver of its own, and a last time at its end', async () => {
  const example = startExample(ARGS)
  onTestFinished(async () => void (await example.stop()))
  await example.until(/received POST \/v1\/metrics: \d+ bytes of application\/x-protobuf/)
  const before = example.output().split('received POST').length
  expect(await example.stop()).toBe(0)
  expect(example.output()).toMatch(
    /shop_orders_total\{express="(?:true|false)",payment_method="(?:card|invoice)",otel_scope_name="shop".*\} \d+/,
  )
  expect(example.output().split('received POST').length).toBeGreaterThan(before)
})

test('or to where the environment says', async () => {
  const receiver = await startReceiver()
  const example = startExample(ARGS, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url.replace('/v1/metrics', '') })
  onTestFinished(async () => void (await example.stop()))
  await expect
    .poll(() => receiver.metrics().map(({ name }) => name), { timeout: 15_000 })
    .toEqual(expect.arrayContaining(['shop.orders', 'shop.order.duration', 'shop.orders.open', 'shop.heap']))
  expect(receiver.metric('shop.orders')).toMatchObject({
    unit: '{order}',
    description: 'Orders taken',
    scope: { name: 'shop', version: '1.0.0' },
  })
  expect(receiver.metric('shop.order.duration').points[0]!.attributes).toEqual({
    express: expect.any(Boolean),
    'payment.method': expect.stringMatching(/card|invoice/),
  })
})
