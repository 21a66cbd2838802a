/** SLOs as they are given, too early, twice, wrongly or taken back: refused where they are given, else judged. */
import { createTelemetry, type Telemetry, TelemetryError } from 'offloop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, eventsOf, eventually, liveTelemetry, loggedTelemetry, thrownBy } from './live-telemetry.ts'

const INTERVAL_MS = 20

describe('a bad definition is refused by slo() where it is given', () => {
  let telemetry: Telemetry

  beforeAll(() => {
    telemetry = createTelemetry({ service: 'integration' })
    telemetry.latency('input_to_echo')
    telemetry.latency('echo')
    telemetry.counter('hits')
  })

  afterAll(async () => {
    await telemetry.close()
  })

  test('on an unknown metric it is OFFLOOP_SLO_METRIC, with the name that was meant', () => {
    const error = thrownBy(() => telemetry.slo({ metric: 'input_to_eco', objective: 'p(95)<60ms' }))
    expect(error).toBeInstanceOf(TelemetryError)
    expect(codeOf(error)).toBe('OFFLOOP_SLO_METRIC')
    expect((error as Error).message).toContain('did you mean "input_to_echo"?')
  })

  test.each([
    [
      { metric: 'echo', objective: 'p(95)<60 parsecs' },
      'OFFLOOP_OBJECTIVE',
      /slo\.objective, column 10[\s\S]*\n {11}\^ here/,
    ],
    [{ metric: 'echo', objective: 'p(95)' }, 'OFFLOOP_OBJECTIVE', /column 6/],
    [{ metric: 'echo', objective: 'p(95)<60MB' }, 'OFFLOOP_OBJECTIVE', /slo\.objective/],
    [{ metric: 'echo', percentile: 'p95' }, 'OFFLOOP_SLO_DEFINITION', /slo\.threshold/],
    [{ metric: 'echo', objective: 'p95<60', lables: {} }, 'OFFLOOP_SLO_DEFINITION', /slo\.lables/],
    [
      { metric: 'echo', objective: 'p95<60', labels: { route: '/a' } },
      'OFFLOOP_SLO_DEFINITION',
      /slo\.labels\.route/,
    ],
    [{ metric: 'hits', objective: 'p95<60' }, 'OFFLOOP_SLO_DEFINITION', /rate, value, sum, count/],
    [{ metric: 'hits', objective: 'ratio<1%', total: 'nothing' }, 'OFFLOOP_SLO_METRIC', /nothing/],
  ])('the message points at the place: %j', (definition, code, place) => {
    const error = thrownBy(() => telemetry.slo(definition as never))
    expect(codeOf(error)).toBe(code)
    expect((error as Error).message).toMatch(place)
  })
})

describe('definitions', () => {
  test('a second SLO of the same name is refused, by slo() and among the slos option', () => {
    const slo = { metric: 'echo', objective: 'p(95)<60ms' }
    const telemetry = liveTelemetry({ slos: [slo] })
    telemetry.latency('echo')
    expect(codeOf(thrownBy(() => telemetry.slo(slo)))).toBe('OFFLOOP_SLO_DEFINITION')

    const error = thrownBy(() => liveTelemetry({ slos: [slo, { ...slo, objective: 'p95 < 60 ms' }] }))
    expect(codeOf(error)).toBe('OFFLOOP_SLO_DEFINITION')
    expect((error as Error).message).toContain('slos[1]')
  })

  test('the slos option takes SLOs of metrics that are registered later, on whichever thread', async () => {
    const telemetry = liveTelemetry({
      sloCheckIntervalMs: INTERVAL_MS,
      slos: [{ metric: 'later', objective: 'p(95)<60ms' }],
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    expect((await telemetry.snapshot()).slos).toMatchObject([{ metric: 'later', state: 'no-data' }])
    // In seconds: the threshold follows the metric's unit.
    telemetry.latency('later', { unit: 's' }).record(0.1)
    await eventually(() => expect(violations).toMatchObject([{ metric: 'later', actual: 0.1, unit: 's' }]))
    expect(violations[0]!.threshold).toBeCloseTo(0.06, 12)
  })

  test('an SLO of the slos option that does not fit the metric that comes is logged, and the others are judged', async () => {
    const { telemetry, lines } = loggedTelemetry({
      sloCheckIntervalMs: INTERVAL_MS,
      slos: [
        { metric: 'echo', objective: 'p(95)<60MB' },
        { metric: 'echo', objective: 'p(95)<60ms' },
      ],
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    telemetry.latency('echo').record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    await eventually(() =>
      expect(lines.join()).toMatch(/echo p95<60MB could not be judged.*OFFLOOP_OBJECTIVE.*slos\[0\]/),
    )
  })

  test('a removed SLO is judged no more', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const echo = telemetry.latency('echo')
    const remove = telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
    remove()
    remove()
    echo.record(100)
    await eventually(async () => expect((await telemetry.snapshot()).slos).toEqual([]))
    await telemetry.close()
    expect(violations).toEqual([])
  })

  test('an SLO that is removed and given again at once is judged', async () => {
    const { telemetry, lines } = loggedTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const echo = telemetry.latency('echo')
    const slo = { metric: 'echo', objective: 'p(95)<60ms' }
    telemetry.slo(slo)()
    telemetry.slo(slo)
    echo.record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    expect((await telemetry.snapshot()).slos).toHaveLength(1)
    expect(lines).toEqual([])
  })
})
