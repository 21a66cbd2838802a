/** Receivers that find a request too large. */
import { expect, test } from 'vitest'
import { exporting } from './exporting.ts'
import { type Receiver, startReceiver } from './receiver.ts'

test('what is too large is sent in halves, and smaller from then on', async () => {
  const receiver = await startReceiver((request, response) => {
    const pointCount = request.metrics.flatMap(({ points }) => points).length
    response.writeHead(pointCount > 30 ? 413 : 200)
    response.end()
  })
  const { extension } = await exporting(receiver, { timeoutMs: 10_000 }, 100)
  await extension.push!()
  const taken = receiver.requests.filter(
    ({ metrics }) => metrics.flatMap(({ points }) => points).length <= 30,
  )
  const sent = taken.flatMap(({ metrics }) =>
    metrics.filter(({ name }) => name === 'hits').flatMap(({ points }) => points),
  )
  expect(new Set(sent.map(({ attributes }) => attributes['n'])).size).toBe(100)
  expect(sent).toHaveLength(100)
  const before = receiver.requests.length
  await extension.push!()
  const sizes = receiver.requests
    .slice(before)
    .map(({ metrics }) => metrics.flatMap(({ points }) => points).length)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(30)
})

test('a single point that is too large does not make all others go one by one', async () => {
  const receiver = await startReceiver((request, response) => {
    const points = request.metrics.flatMap(metric => metric.points)
    response.writeHead(points.some(({ attributes }) => attributes['n'] === '7') ? 413 : 200)
    response.end()
  })
  const { extension } = await exporting(receiver, { timeoutMs: 10_000, maxDataPointsPerRequest: 32 }, 320)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  // Ten requests, the halves of one of them, and the pipeline's own metrics.
  expect(receiver.requests.length).toBeLessThan(30)
})

test('requests grow again once the receiver takes larger ones', async () => {
  let pointsMax = 10
  const sizeOf = (request: Receiver['requests'][number]) =>
    request.metrics.flatMap(({ points }) => points).length
  const receiver = await startReceiver((request, response) => {
    response.writeHead(sizeOf(request) > pointsMax ? 413 : 200)
    response.end()
  })
  const { extension } = await exporting(receiver, { timeoutMs: 10_000, maxDataPointsPerRequest: 80 }, 100)
  await extension.push!()
  pointsMax = 1_000
  for (let push = 0; push < 5; push++) await extension.push!()
  expect(Math.max(...receiver.requests.slice(-3).map(sizeOf))).toBe(80)
})
