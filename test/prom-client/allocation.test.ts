import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('programs/allocation.mjs', import.meta.url))
/** With room for V8 to inline what is called: see test/producer/allocation.test.ts. */
const FLAGS = [
  '--expose-gc',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
  '--max-inlined-bytecode-size-cumulative=4000',
]
/** What V8 inlines depends on when it compiles: what the code itself allocates is seen in any process that was in time. */
const PROCESSES_MAX = 4

async function bytesPerCall(operation: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, PROGRAM, operation])
  return Number(stdout)
}

test('the measurement is not blind: an object a call is seen', async () => {
  expect(await bytesPerCall('an object')).toBeGreaterThanOrEqual(8)
}, 60_000)

test.each([
  'counter.inc(labels)',
  'bound.inc()',
  'gauge.set(value)',
  'histogram.observe(labels, value)',
  'bound.observe(value)',
])(
  '%s allocates nothing for labels that were seen before',
  async operation => {
    let least = Number.POSITIVE_INFINITY
    for (let processes = 0; processes < PROCESSES_MAX && least >= 1; processes++) {
      least = Math.min(least, await bytesPerCall(operation))
    }
    expect(least).toBeLessThan(1)
  },
  60_000,
)
