import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('allocation-program.mjs', import.meta.url))
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']

const OPERATIONS = [
  'latency.record',
  'latency.record, bound labels',
  'latency.record, no number',
  'gauge.set',
  'counter.add',
  'counter.add, fraction',
  'markStart + markEnd',
  'telemetry.markStart + markEnd',
  'markEnd, stale',
  'markStart, exhausted',
]

let bytesPerCall: Record<string, number> = {}

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, PROGRAM])
  bytesPerCall = JSON.parse(stdout)
}, 60_000)

test('the measurement is not blind: an object a call is seen', () => {
  expect(bytesPerCall['an object']).toBeGreaterThanOrEqual(8)
})

test.each(OPERATIONS)(
  '%s allocates nothing, over a million calls into a lane that is drained or full',
  operation => {
    expect(bytesPerCall[operation]).toBeLessThan(1)
  },
)
