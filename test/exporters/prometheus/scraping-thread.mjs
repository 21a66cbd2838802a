/** Scrapes from a thread of its own, until it is told to stop by shared memory, and then says what it got. */
import { parentPort, workerData } from 'node:worker_threads'

/** `words[0]`: scrapes that found the application blocked. `words[1]`: 1 to stop. */
const { url, words } = workerData
const seen = []
parentPort.postMessage('started')
while (Atomics.load(words, 1) === 0) {
  // One after the other: once a scrape has found the application blocked, so does what follows.
  const scrape = await get('/metrics')
  const ready = await get('/ready')
  const health = await get('/health')
  const numberOf = name => Number(new RegExp(`^${name} (.*)$`, 'm').exec(scrape.text)?.[1])
  const heartbeatAgeSeconds = numberOf('offloop_heartbeat_age_seconds')
  if (heartbeatAgeSeconds <= 1) continue
  seen.push({
    status: scrape.status,
    readyStatus: ready.status,
    healthStatus: health.status,
    work: numberOf('work_total'),
    lines: scrape.text.split('\n').length,
  })
  Atomics.add(words, 0, 1)
}
parentPort.postMessage(seen)

async function get(path) {
  const response = await fetch(`${url}${path}`)
  return { status: response.status, text: await response.text() }
}
