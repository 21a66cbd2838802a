/** What OpenTelemetry's instruments record is scraped by OpenTelemetry's names for Prometheus. */
import { expect, test } from 'vitest'
import { startBridge } from './bridge.ts'

test('names, units, scope and attributes in Prometheus’ text', async () => {
  const { telemetry, provider } = await startBridge()
  const meter = provider.getMeter('shop', '1.0.0')
  meter.createCounter('shop.orders', { unit: '{order}' }).add(3, { 'payment.method': 'card', express: true })
  const open = meter.createUpDownCounter('shop.open')
  open.add(5, { queue: 'a' })
  open.add(-7, { queue: 'a' })
  open.add(2)
  const wait = meter.createHistogram('shop.wait', {
    unit: 'ms',
    advice: { explicitBucketBoundaries: [1, 10] },
  })
  wait.record(5, { a: 1 })
  wait.record(50, { b: 1 })
  const { body } = await telemetry.scrape()
  const scope = 'otel_scope_name="shop",otel_scope_version="1.0.0"'
  const lines = body.split('\n').filter(line => line.includes(scope))
  for (const line of [
    `shop_orders_total{express="true",payment_method="card",${scope}} 3`,
    `shop_open{queue="a",${scope}} -2`,
    `shop_open{${scope}} 2`,
    `shop_wait_milliseconds_bucket{a="1",${scope},le="10"} 1`,
    `shop_wait_milliseconds_count{b="1",${scope}} 1`,
  ])
    expect(lines).toContain(line)
  expect(body.match(/^# TYPE shop_wait_milliseconds histogram$/gm)).toHaveLength(1)
})
