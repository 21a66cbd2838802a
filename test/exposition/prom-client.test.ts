import fc from 'fast-check'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { familiesOf } from '../../src/exposition/families.ts'
import { textOf } from '../../src/exposition/text-format.ts'
import { hostForTest } from '../support/extension-host.ts'
import { parseText } from './parse-text.ts'

/** What a scraper stores, but for what only one of the two says: metadata, and who is measured. */
function storedOf(text: string): Map<string, number> {
  const series = [...parseText(`${text.replace(/\n{2,}/g, '\n').trimEnd()}\n`, false).values()].flatMap(
    ({ samples }) => samples,
  )
  return new Map(
    series
      .filter(({ name }) => name !== 'target_info')
      .map(({ name, labels, value }) => [JSON.stringify([name, Object.entries(labels).sort()]), value]),
  )
}

test('the same observations give the same series as prom-client gives: buckets, sums, counts, values', async () => {
  const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  const routes = fc.constantFrom('/', '/a"b', '/c\\d', '/e\nf', '/é')
  // Eighths add up without rounding: sums agree to the last digit, whatever the order. Bounds are hit as well.
  const anyValue = fc.oneof(
    fc.integer({ min: 0, max: 100 }).map(eighths => eighths / 8),
    fc.constantFrom(0, 0.25, 0.5, 1, 2.5, 5, 10, 11),
  )
  const observations = fc.array(fc.tuple(routes, anyValue), { minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(observations, async observed => {
      const labelNames = ['route']
      const theirs = new Registry()
      const registers = [theirs]
      const histogram = new Histogram({ name: 'took_seconds', help: 'Took', labelNames, buckets, registers })
      const counter = new Counter({ name: 'seen_total', help: 'Seen', labelNames, registers })
      const gauge = new Gauge({ name: 'now', help: 'Now', labelNames, registers })
      const { host, registry } = hostForTest()
      registry.register({ kind: 'latency', name: 'took', unit: 's', help: 'Took', labelNames, buckets })
      registry.register({ kind: 'counter', name: 'seen', help: 'Seen', labelNames })
      registry.register({ kind: 'gauge', name: 'now', help: 'Now', labelNames })
      for (const [route, value] of observed) {
        histogram.observe({ route }, value)
        counter.inc({ route }, value)
        gauge.set({ route }, value)
        for (const name of ['took', 'seen', 'now']) registry.record(name, value, { route })
      }
      const { families } = familiesOf(host.collect())
      const ours = storedOf([...textOf(families, 'prometheus', host.resource)].join(''))
      const wanted = storedOf(await theirs.metrics())
      expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(wanted))
    }),
    { numRuns: 100 },
  )
})
