/** A server of Node's own, with answers of every kind. */
import http from 'node:http'
import { tellAddress } from './reporting.mjs'

const server = http.createServer((request, response) => {
  request.resume()
  if (request.url === '/hang') return
  if (request.url === '/slow') setTimeout(() => response.end('slow'), 60)
  else if (request.url === '/part') {
    response.write('part')
    setTimeout(() => response.destroy(), 20)
  } else if (request.url === '/fail') {
    response.statusCode = 503
    response.end()
  } else if (request.url === '/head-sent') {
    response.writeHead(201)
    response.flushHeaders()
  } else response.end('answer')
})
server.on('upgrade', (_request, socket) => {
  socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: test\r\n\r\n')
})
server.listen(0, '127.0.0.1', () => tellAddress(server.address()))
