/** Scrapes from a process of its own until it is told to stop, and says what it got.
 *  @param process.argv[2] address of the server */
const url = process.argv[2]
const seen = []
let isStopped = false
process.on('message', () => {
  isStopped = true
})
process.send('started')
while (!isStopped) {
  const [scrape, ready, health] = await Promise.all(
    ['/metrics', '/ready', '/health'].map(async path => {
      const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) })
      return { status: response.status, text: await response.text() }
    }),
  )
  const numberOf = name => Number(new RegExp(`^${name} (.*)$`, 'm').exec(scrape.text)?.[1])
  seen.push({
    status: scrape.status,
    readyStatus: ready.status,
    healthStatus: health.status,
    heartbeatAgeSeconds: numberOf('offloop_heartbeat_age_seconds'),
    work: numberOf('work_total'),
    lines: scrape.text.split('\n').length,
  })
}
process.send(seen, () => process.disconnect())
