/** Serves, and tells how many of the requests and connections it has had are still in memory. */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { tellAddress } from './reporting.mjs'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')
const seen = []

http
  .createServer((request, response) => {
    if (request.url === '/left') {
      count().then(left => response.end(String(left)))
      return
    }
    seen.push(new WeakRef(request))
    // Some are never answered.
    if (request.url !== '/hang') response.end('answer')
  })
  .on('connection', socket => seen.push(new WeakRef(socket)))
  .listen(0, '127.0.0.1', function () {
    tellAddress(this.address())
  })

async function count() {
  for (let round = 0; round < 5; round++) {
    gc()
    await sleep(20)
  }
  return seen.filter(reference => reference.deref() !== undefined).length
}
