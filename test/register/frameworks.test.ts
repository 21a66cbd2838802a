import { once } from 'node:events'
import { connect } from 'node:http2'
import { expect, onTestFinished, test } from 'vitest'
import { activeIn, startApp } from './measured-app.ts'

/** Asks for each path in turn, and reads every answer to its end. */
async function get(url: string, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await (await fetch(url + path)).arrayBuffer()
}

/** An answer is there before its request has ended, by a turn of the loop. */
const allEnded = async (app: { series(): ReturnType<Awaited<ReturnType<typeof startApp>>['series']> }) =>
  await expect.poll(async () => activeIn(await app.series())).toBe(0)

test('requests of Fastify are counted by the templates of their routes, refused and failing ones included', async () => {
  const app = await startApp('fastify.mjs')
  await get(app.url, '/users/1', '/users/2', '/users/1?page=2')
  await get(app.url, '/api/orders/7/lines/8', '/api/failing/1', '/api/refused/1', '/nowhere/1', '/nowhere/2')
  await (await fetch(`${app.url}/users`, { method: 'POST' })).arrayBuffer()
  await fetch(`${app.url}/users/3`, { method: 'HEAD' })
  await allEnded(app)
  expect(await app.served()).toEqual({
    'GET /users/:id 200': 3,
    'HEAD /users/:id 200': 1,
    'POST /users 201': 1,
    'GET /api/orders/:order/lines/:line 200': 1,
    'GET /api/failing/:id 500': 1,
    'GET /api/refused/:id 401': 1,
    'GET - 404': 2,
  })
})

test.each(['express', 'express4'])(
  'requests of %s are counted by the templates of their routes',
  async name => {
    const app = await startApp('express.mjs', { args: [name] })
    await get(app.url, '/', '/users/1', '/users/2?page=1', '/static/file.css', '/nowhere')
    await get(app.url, '/orders/7/lines', '/orders/7/lines/8', '/orders/lines/lines/9')
    await get(app.url, '/orders/7/lines/8/failing', '/admin/accounts/5')
    await get(app.url, '/first/items/1', '/second/x/items/1', '/second/items/items/1')
    await fetch(`${app.url}/users/3`, { method: 'HEAD' })
    await allEnded(app)
    expect(await app.served()).toEqual({
      'GET / 200': 1,
      'GET /users/:id 200': 2,
      'HEAD /users/:id 200': 1,
      'GET - 200': 1,
      'GET - 404': 1,
      'GET /orders/:order/lines 200': 1,
      'GET /orders/:order/lines/:line 200': 2,
      'GET /orders/:order/lines/:line/failing 500': 1,
      'GET /admin/accounts/:account 200': 1,
      'GET /first/items/:item 200': 1,
      'GET /second/:group/items/:item 200': 2,
    })
  },
)

test('a path that was asked for is never a label', async () => {
  const app = await startApp('express.mjs', { args: ['express'] })
  await get(
    app.url,
    '/secret-1',
    '/users/secret-2',
    '/static/secret-3',
    '/orders/secret-4/lines',
    '/secret-5/items/1',
  )
  await allEnded(app)
  expect(JSON.stringify(await app.series())).not.toContain('secret')
})

test.each([
  ['fastify.mjs', []],
  ['express.mjs', ['express']],
  ['express.mjs', ['express4']],
])('%s %s: with the plugin of this framework beside it nothing is counted twice', async (file, args) => {
  const app = await startApp(file, { args, env: { WITH_PLUGIN: '1' } })
  await get(app.url, '/users/1', '/users/2', '/nowhere')
  await allEnded(app)
  expect(await app.served()).toEqual({ 'GET /users/:id 200': 2, 'GET - 404': 1 })
})

test('requests of HTTP/2 are counted where Fastify tells of them', async () => {
  const app = await startApp('fastify.mjs', { env: { WITH_HTTP2: '1' } })
  const client = connect(app.url)
  onTestFinished(() => client.destroy())
  for (const path of ['/users/1', '/users/2', '/nowhere']) {
    await once(client.request({ ':path': path }).resume(), 'close')
  }
  await allEnded(app)
  expect(await app.served()).toEqual({ 'GET /users/:id 200': 2, 'GET - 404': 1 })
})
