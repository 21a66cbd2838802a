/** The example of a web server: its routes are measured, and scraped while it is busy. */
import { expect, onTestFinished, test } from 'vitest'
import { parseText, sampleOf } from '../exposition/parse-text.ts'
import { startExample } from '../support/example.ts'

test('routes are counted by method, route and status, and a busy server is scraped nonetheless', async () => {
  const example = startExample(['examples/http/main.js'], { METRICS_PORT: '0' })
  onTestFinished(async () => {
    await example.stop()
  })
  const [, metrics = ''] = await example.until(/Its metrics: +(\S+)/)
  const [, application = ''] = await example.until(/The application: (\S+)\/hello/)
  for (const path of ['/hello', '/hello', '/hello?x', '/none', '/constructor']) {
    await (await fetch(`${application}${path}`)).text()
  }
  const busy = fetch(`${application}/busy`).then(response => response.text())
  const count = async (route: string, status: string) => {
    const text = await (await fetch(metrics)).text()
    const family = parseText(text, false).get('http_request_seconds')
    return sampleOf(family, 'http_request_seconds_count', { method: 'GET', route, status })
  }
  await expect.poll(() => count('/hello', '200')).toBe(3)
  await expect.poll(() => count('none', '404')).toBe(2)
  expect(await busy).toBe('Done.\n')
  await expect.poll(() => count('/busy', '200')).toBe(1)
  expect(await example.stop()).toBe(0)
})
