/** Express, version 4 or 5: routes with parameters, in routers within routers, in an application within an application. */
const { default: express } = await import(process.argv[2])
const { tellAddress } = await import('./reporting.mjs')

const app = express()
if (process.env.WITH_PLUGIN === '1') {
  const { metricsHandler, offloopExpress } = await import('offloop/express')
  app.use(offloopExpress())
  app.get('/metrics', metricsHandler())
}
app.get('/', (_request, response) => response.send('home'))
app.get('/users/:id', (request, response) => response.send(request.params.id))
app.use('/static', (_request, response) => response.send('a file'))

const lines = express.Router({ mergeParams: true })
lines.get('/', (_request, response) => response.send('lines'))
lines.get('/:line', (request, response) => response.send(request.params))
lines.get('/:line/failing', () => {
  throw new Error('fails')
})
const orders = express.Router()
orders.use('/:order/lines', lines)
app.use('/orders', orders)

// One router in two places has two templates.
const shared = express.Router()
shared.get('/items/:item', (_request, response) => response.send('item'))
app.use('/first', shared)
app.use('/second/:group', shared)

const admin = express()
admin.get('/accounts/:account', (_request, response) => response.send('account'))
app.use('/admin', admin)

app.use((_error, _request, response, _next) => response.status(500).send('failed'))
const server = app.listen(0, '127.0.0.1', () => tellAddress(server.address()))
