/** What the programs of these tests have in common: they tell their address, and answer with what was measured. They know
 *  offloop only to report: what is measured is measured without them. */
import { getTelemetry } from 'offloop/register'

export function tellAddress(address) {
  const { port } = typeof address === 'string' ? new URL(address) : address
  process.send({ type: 'url', url: `http://127.0.0.1:${port}` })
}

process.on('message', async ({ id, question, accept }) => {
  const telemetry = getTelemetry()
  if (question === 'exit') process.exit(0)
  const answer =
    telemetry === undefined
      ? null
      : question === 'scrape'
        ? (await telemetry.scrape(accept)).body
        : (await telemetry.snapshot()).series.map(({ metric, labels, total, max }) => ({
            metric,
            labels,
            total,
            max,
          }))
  process.send({ type: 'answer', id, answer: answer ?? [] })
})
