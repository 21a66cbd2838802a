/** Sends requests in every way there is, to the address it is given, and then waits to be asked. */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fetch as undiciFetch, request as undiciRequest } from 'undici'
import './reporting.mjs'

const url = process.argv[2]
const unused = process.argv[3]

const get = (path, options = {}) =>
  new Promise(resolve => {
    const request = http.request(url + path, options, response => {
      response
        .on('error', () => {})
        .on('close', resolve)
        .resume()
    })
    request.on('error', resolve)
    request.end(options.method === 'POST' ? 'body' : undefined)
  })
const failing = promise => promise.catch(() => {})

const WAYS = {
  http: async () => {
    const agent = new http.Agent({ keepAlive: true })
    for (let request = 0; request < 3; request++) await get('/', { agent })
    await get('/', { method: 'POST' })
    await get('/', { method: 'HEAD' })
    await get('/fail')
    agent.destroy()
  },
  'http that fails': async () => {
    await get('/part')
    await new Promise(resolve => http.get(unused).on('error', resolve))
    await get('/hang', { signal: AbortSignal.timeout(50) })
  },
  'http that nobody reads': async () => {
    http.get(url)
    await sleep(50)
  },
  fetch: async () => {
    for (let request = 0; request < 3; request++) await (await fetch(url)).text()
    await (await fetch(url, { method: 'POST', body: 'body' })).text()
    await fetch(url, { method: 'HEAD' })
    await (await fetch(`${url}/fail`)).text()
  },
  'fetch that fails': async () => {
    await failing(fetch(`${url}/part`).then(response => response.text()))
    await failing(fetch(unused))
    await failing(fetch(`${url}/hang`, { signal: AbortSignal.timeout(50) }))
  },
  undici: async () => {
    await (await undiciFetch(url)).text()
    for (let request = 0; request < 2; request++) await (await undiciRequest(url)).body.text()
    await failing(undiciRequest(unused))
  },
}
await WAYS[process.argv[4]]()
await sleep(30)
process.send({ type: 'url', url })
