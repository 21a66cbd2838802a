import { expect, test } from 'vitest'
import { parseText } from '../prom-client/exposition.ts'
import { startExample } from '../support/example.ts'

test('an application for prom-client runs with its import changed', async () => {
  const example = startExample(['examples/prom-client/main.js'])
  try {
    const [url = ''] = await example.until(/http:\/\/127\.0\.0\.1:\d+/)
    const get = async (path: string) => await fetch(url + path)
    await (await get('/cart')).text()
    await (await get('/cart')).text()
    await (await get('/nothing')).text()
    await (await get('/metrics')).text()
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const families = parseText(await response.text())
    expect(families['shop_requests_total']?.samples).toEqual({
      'shop_requests_total{route="/cart",status="200"}': 2,
      'shop_requests_total{route="other",status="404"}': 1,
      'shop_requests_total{route="/metrics",status="200"}': 1,
    })
    expect(families['shop_request_duration_seconds']?.samples).toMatchObject({
      'shop_request_duration_seconds_count{route="/cart"}': 2,
      'shop_request_duration_seconds_bucket{le="+Inf",route="/cart"}': 2,
    })
    expect(families['shop_carts']?.samples).toEqual({ 'shop_carts{}': 2 })
    expect(families['shop_process_resident_memory_bytes']).toBeDefined()
  } finally {
    expect(await example.stop()).toBe(0)
  }
})
