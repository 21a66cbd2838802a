/** The demo's summary: the figures, and how they are told. */
import { expect, test } from 'vitest'
import { demo, textsOf } from './built-demo.ts'
import { measured, slo, snapshot } from './pictures.ts'

const linesOf = (over: object = {}) => textsOf(demo.renderSummary(demo.summarize(measured(over))))

test('a whole run is summed up', () => {
  expect(linesOf()).toEqual([
    ' Summary after 20.0 s',
    ' requests     46,698 counted, 0.40 % of them failed',
    '              autocannon saw 46,678 answers, p99 122 ms, 0 broken or timed out',
    ' samples      140,176 recorded, 140,176 drained, 0 lost',
    ' objectives   2 violations and 1 recovery reported; none violated at the end',
    ' event loop   delay p50 0.13 ms, p99 1.58 ms, max 14.4 ms; busy 12.7 %',
    '              lateness of a 10 ms timer on the main thread, telemetry and all',
    ' aggregator   420 ms of CPU time: 2.10 % of one core',
    '              all its thread did, as Linux counts it',
    '              draining alone took 38.8 ms in 1,717 ticks, by its own clock',
    ' process      3.35 s of CPU time on all its threads',
  ])
})

test('where the system does not tell the CPU time of a thread, the aggregator’s own account stands in, and says so', () => {
  const costs = { ...(measured() as { costs: object }).costs, aggregatorCpuMs: undefined }
  const lines = linesOf({ costs })
  expect(lines).toContain(' aggregator   draining took 38.8 ms in 1,717 ticks: 0.19 % of one core')
  expect(lines).toContain('              wall-clock time by its own account, without SLO checks and queries')
})

test('an interrupted run says what ended it, and what autocannon could not tell is left out', () => {
  const lines = linesOf({ interruptedBy: 'SIGINT', load: undefined })
  expect(lines[0]).toBe(' Interrupted by SIGINT after 20.0 s')
  expect(lines.join('\n')).not.toContain('autocannon')
})

test('losses, an open violation and an end that was not confirmed are told', () => {
  const [lane] = snapshot().lanes
  const lossy = snapshot({
    lanes: [{ ...lane!, drained: 140_000, dropped: 100, pending: 76 }],
    lost: 100,
    slos: [slo({ state: 'violated' })],
  })
  const lines = linesOf({ snapshot: lossy, closed: { ok: false, lost: 100, timedOut: true } })
  expect(lines).toContain(' samples      140,176 recorded, 140,000 drained, 100 lost, 76 not taken yet')
  expect(lines).toContain('              the aggregator did not confirm the end in time')
  expect(lines).toContain(' objectives   2 violations and 1 recovery reported; 1 still violated')
  expect(lines).toContain('              http_request{route=/search} p95<60ms')
})

test('samples that do not add up are never glossed over', () => {
  const [lane] = snapshot().lanes
  const lines = linesOf({ snapshot: snapshot({ lanes: [{ ...lane!, drained: 140_175 }] }) })
  expect(lines.join('\n')).toContain('and that does not add up')
})

test('a run without a single request is no division by zero', () => {
  expect(linesOf({ snapshot: snapshot({ series: [] }) })).toContain(
    ' requests     0 counted, 0 % of them failed',
  )
})
