/** The example of a pool: it counts every task, on all threads together and on each, and ends by itself. */
import { expect, test } from 'vitest'
import { startExample } from '../support/example.ts'

test('the tasks of all threads are counted, shown by thread, and the program ends by itself', async () => {
  const example = startExample(['examples/piscina/main.js'])
  expect(await example.ended, example.output()).toBe(0)

  const counts = (name: string) =>
    [
      ...example.output().matchAll(new RegExp(`^${name}.*? (\\d+) samples {2}p50 \\d+\\.\\d\\d ms`, 'gm')),
    ].map(([, count]) => Number(count))
  expect(counts('all threads'), example.output()).toEqual([200])
  expect(counts('as the caller sees it')).toEqual([200])
  const threads = counts(' {2}thread \\d+')
  expect(threads.length).toBeGreaterThanOrEqual(1)
  expect(threads.reduce((sum, count) => sum + count, 0)).toBe(200)
})
