/** The endpoint as an application has it: on a real aggregator thread, which may die. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../../src/index.ts'
import { parseText, sampleOf } from '../../exposition/parse-text.ts'

function started(options: Partial<TelemetryOptions> = {}): Telemetry {
  const telemetry = createTelemetry({ service: 'scraped', log: false, ...options })
  onTestFinished(async () => {
    await telemetry.close()
  })
  return telemetry
}

const hitsIn = (body: string) => sampleOf(parseText(body, false).get('hits_total'), 'hits_total')
const hitsAt = async (url: string | undefined) => hitsIn(await (await fetch(`${url}/metrics`)).text())

test('a scrape has what this thread recorded before it, with a server or without one', async () => {
  for (const options of [{}, { http: { port: 0 } }]) {
    const telemetry = started(options)
    const hits = telemetry.counter('hits')
    for (let count = 1; count <= 10; count += 1) {
      hits.add(1)
      const { contentType, body } = await telemetry.scrape()
      expect([contentType, hitsIn(body)]).toEqual(['text/plain; version=0.0.4; charset=utf-8', count])
    }
    const openMetrics = await telemetry.scrape('application/openmetrics-text;version=1.0.0')
    expect(parseText(openMetrics.body, true).get('hits')?.type).toBe('counter')
  }
})

test('a port that is taken is said by ready, and everything else carries on', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await new Promise(resolve => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const telemetry = started({ http: { port } })
  telemetry.counter('hits').add(3)
  await expect(telemetry.ready).rejects.toMatchObject({
    code: 'OFFLOOP_HTTP_LISTEN',
    details: { at: 'http.port', got: port },
  })
  expect((await telemetry.query('hits')).total).toBe(3)
})

test('after its death the aggregator answers on the same port, and counts on', async () => {
  const module = new URL('../../integration/extensions/dying.mjs', import.meta.url).href
  const telemetry = started({ http: { port: 0 }, exporters: [{ name: 'dying', module, options: {} }] })
  const { url } = await telemetry.ready
  telemetry.counter('hits').add(5)
  await telemetry.flush()
  expect(await hitsAt(url)).toBe(5)
  // Saved within a tenth of a second.
  await new Promise(resolve => setTimeout(resolve, 1_000))
  await telemetry.push().catch(() => {})
  await expect.poll(() => telemetry.status.restarts, { timeout: 10_000 }).toBe(1)
  telemetry.counter('hits').add(2)
  await telemetry.flush()
  await expect.poll(() => hitsAt(url).catch(() => undefined), { timeout: 10_000 }).toBe(7)
  expect(telemetry.status.url).toBe(url)
})

test('closing frees the port', async () => {
  const telemetry = started({ http: { port: 0 } })
  const { url } = await telemetry.ready
  expect((await fetch(`${url}/health`)).status).toBe(200)
  await telemetry.close()
  const port = Number(new URL(url!).port)
  const again = started({ http: { port } })
  expect((await again.ready).url).toBe(url)
})
