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
  'latency.record, lane full',
  'latency.record, no number, lane full',
  'markStart + markEnd, lane full',
  'counter.add, fraction, lane full',
  'latency.record, lane full and dropping',
  'gauge.set',
  'counter.add',
  'counter.add, fraction',
  'markStart + markEnd',
  'markLap',
  'telemetry.markStart + markEnd',
  'markEnd, stale',
  'markStart, exhausted',
]

const bytesPerCall: Record<string, number> = {}

/** A process for each: what else a process has run decides what V8 inlines, and a call it does not inline boxes the
 *  number it is given. */
beforeAll(async () => {
  for (const operation of ['an object', ...OPERATIONS]) {
    const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, PROGRAM, operation])
    Object.assign(bytesPerCall, JSON.parse(stdout))
  }
}, 120_000)

test('the measurement is not blind: an object a call is seen', () => {
  expect(bytesPerCall['an object']).toBeGreaterThanOrEqual(8)
})

test.each(OPERATIONS)(
  '%s allocates nothing, over a million calls into a lane that is drained or full',
  operation => {
    expect(bytesPerCall[operation]).toBeLessThan(1)
  },
)
