/** Worker threads that serve and ask: one as they are started by default, one that is given options of its own. */
import http from 'node:http'
import { isMainThread, Worker } from 'node:worker_threads'

if (isMainThread) {
  const { getTelemetry } = await import('offloop/register')
  const { tellAddress } = await import('./reporting.mjs')
  const run = options =>
    new Promise((resolve, reject) => {
      new Worker(new URL(import.meta.url), options).on('error', reject).on('exit', resolve)
    })
  await run({})
  await run({ execArgv: [] })
  await getTelemetry()?.flush()
  tellAddress({ port: 1 })
} else {
  const server = http.createServer((_request, response) => response.end('thread'))
  server.listen(0, '127.0.0.1', async () => {
    const url = `http://127.0.0.1:${server.address().port}`
    for (let request = 0; request < 3; request++) await (await fetch(url)).text()
    server.close()
    server.closeAllConnections()
  })
}
