/** Closes the telemetry that it was given, and goes on serving. */
import http from 'node:http'
import { getTelemetry } from 'offloop/register'

await getTelemetry().close()
const server = http.createServer((_request, response) => response.end('served'))
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  console.log(await (await fetch(url)).text(), await (await fetch(url)).text())
  server.close()
})
