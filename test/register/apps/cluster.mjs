/** A cluster whose workers serve on one port. */
import cluster from 'node:cluster'
import http from 'node:http'

if (cluster.isPrimary) {
  for (let worker = 0; worker < 2; worker++) cluster.fork()
  let listening = 0
  cluster.on('listening', (_worker, { port }) => {
    if (++listening === 2) process.send({ type: 'url', url: `http://127.0.0.1:${port}` })
  })
  process.on('disconnect', () => process.exit())
} else {
  http.createServer((_request, response) => response.end('served')).listen(0, '127.0.0.1')
  process.on('disconnect', () => process.exit())
}
