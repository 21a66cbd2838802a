/** Fastify 5: routes with parameters, with a prefix, refused by a hook, failing, unknown. */
import Fastify from 'fastify'
import { tellAddress } from './reporting.mjs'

const app = Fastify({ http2: process.env.WITH_HTTP2 === '1' })
if (process.env.WITH_PLUGIN === '1') {
  const { offloopFastify } = await import('offloop/fastify')
  app.register(offloopFastify, { metricsRoute: '/metrics' })
}
app.get('/users/:id', async ({ params }) => params)
app.post('/users', async (_request, reply) => reply.code(201).send({}))
app.register(
  (api, _options, done) => {
    api.get('/orders/:order/lines/:line', async ({ params }) => params)
    api.get('/failing/:id', () => {
      throw new Error('fails')
    })
    api.get('/refused/:id', {
      onRequest: async (_request, reply) => {
        await reply.code(401).send({})
      },
      handler: () => 'never',
    })
    done()
  },
  { prefix: '/api' },
)
tellAddress(await app.listen({ port: 0, host: '127.0.0.1' }))
