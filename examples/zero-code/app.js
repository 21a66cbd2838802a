// A shop that knows nothing of telemetry. Started so, every request is measured, by route, and served off its event loop:
//
//   node --import offloop/register examples/zero-code/app.js
//
// Then look at http://127.0.0.1:9464/metrics: durations by route, requests under way, and what `fetch` has sent.
// Settings come from the environment (OFFLOOP_HTTP_PORT=9500, OFFLOOP_SERVICE=shop, …) or from an offloop.json beside it.
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'

const app = express()
const port = Number(process.env.PORT ?? 3000)

app.get('/users/:id', async (request, response) => {
  await sleep(5)
  response.json({ id: request.params.id })
})

// Routers and what they are mounted at are part of the route: /orders/:order/lines/:line.
const lines = express.Router({ mergeParams: true })
lines.get('/:line', (request, response) => response.json(request.params))
app.use('/orders/:order/lines', lines)

// What is asked of others is measured as well.
app.get('/price', async (_request, response) => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/users/1`)
  response.json(await answer.json())
})

const server = app.listen(port, '127.0.0.1', () => {
  const { port } = server.address()
  console.log(`shop at http://127.0.0.1:${port}/users/1, /orders/7/lines/2, /price`)
})

process.on('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
