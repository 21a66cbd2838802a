/** An extension that writes down what happens to it, one line of JSON each, into the file it is given. */
import { appendFileSync } from 'node:fs'

export function start(host, { file, fails = false, hangs = false }, previous) {
  const note = entry => appendFileSync(file, `${JSON.stringify(entry)}\n`)
  const totals = () =>
    Object.fromEntries(
      host
        .collect()
        .filter(({ isSelf }) => !isSelf)
        .map(({ descriptor, series }) => [
          descriptor.name,
          series.reduce((sum, { total }) => sum + total, 0),
        ]),
    )
  note({ did: 'start', previous, resource: host.resource })
  if (fails) {
    throw Object.assign(new Error('no'), { code: 'OFFLOOP_HTTP_LISTEN', details: { got: 1, fix: 'do this' } })
  }
  const own = host.series({ kind: 'counter', name: 'offloop_own' })
  own.increment(1)
  return {
    info: { url: 'http://127.0.0.1:1', starts: (previous?.starts ?? 0) + 1 },
    push: async () => {
      note({ did: 'push', totals: totals(), own: own.total, heartbeatAgeMs: host.health().heartbeatAgeMs })
      await new Promise(resolve => setTimeout(resolve, 100))
      if (totals()['refused'] > 0) throw new Error('not taken')
    },
    answer: async question => ({
      contentType: 'application/json',
      body: JSON.stringify({ question, totals: totals() }),
    }),
    close: () => {
      note({ did: 'close', totals: totals() })
      return hangs ? new Promise(() => {}) : undefined
    },
  }
}
