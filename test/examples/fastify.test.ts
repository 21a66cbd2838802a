import { expect, test } from 'vitest'
import { startExample } from '../support/example.ts'

test('the example of Fastify: requests by route, on a route of the application', async () => {
  const app = startExample(['examples/fastify/main.js'])
  const [, url] = await app.until(/shop at (http:\/\/[\d.:]+)/)
  for (const id of [1, 2])
    expect(await (await fetch(`${url}/users/${id}`)).json()).toEqual({ id: String(id) })
  expect((await fetch(`${url}/orders`, { method: 'POST' })).status).toBe(201)
  const read = async () => await (await fetch(`${url}/metrics`)).text()
  await expect.poll(read).toMatch(/^http_server_request_duration_seconds_count\{.*"\/users\/:id".*\} 2$/m)
  expect(await read()).toMatch(/^orders_total 1$/m)
  expect(await app.stop()).toBe(0)
})
