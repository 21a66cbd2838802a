import { expect, test } from 'vitest'
import { startExample } from '../support/example.ts'

test('the example of zero-code instrumentation: every route is measured, and what it asks', async () => {
  const app = startExample(['--import', 'offloop/register', 'examples/zero-code/app.js'], {
    OFFLOOP_HTTP_PORT: '0',
  })
  const [, url] = await app.until(/shop at (http:\/\/[\d.:]+)/)
  const [, metrics] = await app.until(/offloop: metrics of "[^"]+" at (\S+)/)
  for (const path of ['/users/7', '/orders/7/lines/2', '/price']) {
    expect((await fetch(`${url}${path}`)).status).toBe(200)
  }
  const read = async () => await (await fetch(metrics!)).text()
  await expect.poll(read).toContain('http_route="/orders/:order/lines/:line"')
  await expect.poll(read).toMatch(/^http_server_request_duration_seconds_count\{.*"\/users\/:id".*\} 2$/m)
  await expect.poll(read).toMatch(/^http_client_request_duration_seconds_count\{.*"127\.0\.0\.1".*\} 1$/m)
  expect(await app.stop()).toBe(0)
})
