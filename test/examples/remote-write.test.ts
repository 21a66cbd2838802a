/** The example of three processes that send to one store. */
import { expect, onTestFinished, test } from 'vitest'
import { type DecodedSeries, nameOf } from '../exporters/remote-write/decoded-request.ts'
import { startReceiver } from '../exporters/remote-write/receiver.ts'
import { startExample } from '../support/example.ts'

test('each process sends under a name of its own, and once more at its end', async () => {
  const receiver = await startReceiver()
  const example = startExample(['examples/remote-write/main.js'], { STORE_URL: new URL(receiver.url).origin })
  onTestFinished(async () => {
    await example.stop()
  })
  await example.until(/histogram_quantile/)
  const sent = (): DecodedSeries[] => receiver.requests.flatMap(({ decoded }) => decoded.timeseries)
  const counts = () =>
    [1, 2, 3].map(index => {
      const name = `meals_total{instance="kitchen-${index}",job="kitchen"}`
      return sent().filter(series => nameOf(series) === name).length
    })
  await expect.poll(() => Math.min(...counts()), { timeout: 12_000 }).toBeGreaterThan(0)
  const before = counts()
  expect(await example.stop()).toBe(0)
  for (const [index, count] of counts().entries()) expect(count).toBeGreaterThan(before[index]!)
  expect(sent().some(({ histograms }) => histograms.length > 0)).toBe(true)
}, 30_000)
