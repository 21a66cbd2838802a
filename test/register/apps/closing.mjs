/** Closes the telemetry that it was given, and goes on serving and starting threads. */
import { once } from 'node:events'
import http from 'node:http'
import { Worker } from 'node:worker_threads'
import { getTelemetry } from 'offloop/register'

await getTelemetry().close()
const server = http.createServer((_request, response) => response.end('served'))
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  const texts = [await (await fetch(url)).text(), await (await fetch(url)).text()]
  const thread = new Worker(new URL('closing-thread.mjs', import.meta.url))
  const [isMeasured] = await once(thread, 'message')
  console.log(...texts, isMeasured)
  server.close()
})
