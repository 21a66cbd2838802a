/** What does a check of all objectives cost? */
import { describeMetric } from '../../src/shared/metric.ts'
import { nearestRank } from '../../src/shared/statistics/nearest-rank.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import type { Candidate, Check, Goal, Question, Row } from '../core/question.ts'
import { lognormalValues, uniformNumbers } from '../setup/inputs.ts'
import { PROM_LIBRARIES, type PromLibrary } from '../setup/prom-client.ts'
import { measureRunTimes } from '../setup/run-times.ts'

const SLO_COUNT = 10
const SAMPLE_COUNT = 10_000
/** What comes in between two checks, into each series: a tenth of its window. */
const FRESH_COUNT = 1_000
/** The least that have a 99th percentile. */
const CHECKS_PER_ROUND = 100
const NS_PER_MS = 1e6
/** The floor that was asked for; a check takes far less. */
const P99_GOAL: Goal = { of: 'figure', bound: 'at most', limit: 5 * NS_PER_MS }

/** Long enough not to come to the same window again for many checks. */
const durationsMs = lognormalValues(SAMPLE_COUNT * 4)

export const checkAll: Question = {
  name: 'check-all',
  asks: 'what does a check of 10 objectives cost, on 10 series of 10,000 samples?',
  group: 'cost',
  async answer(context) {
    const monitored = createMonitored()
    const scrapes = PROM_LIBRARIES.flatMap(library => [
      createScrape(library, 'Histogram'),
      createScrape(library, 'Summary'),
    ])
    const candidates = [monitored.candidate, ...scrapes]
    const figures = await measureRunTimes(candidates, context, CHECKS_PER_ROUND)
    const rowsOf = (one: Candidate, goal?: Goal): Row[] => {
      const { p50Ms, p99Ms } = figures.get(one)!
      return [
        { name: `${one.name}, p50`, figures: p50Ms.map(ms => ms * NS_PER_MS) },
        { name: `${one.name}, p99`, figures: p99Ms.map(ms => ms * NS_PER_MS), goal },
      ]
    }
    return {
      unit: 'ns',
      rows: [...rowsOf(monitored.candidate, P99_GOAL), ...scrapes.flatMap(scrape => rowsOf(scrape))],
      checks: monitored.checks((context.roundCount + 1) * CHECKS_PER_ROUND),
    }
  },
}

/** One objective for each of ten metrics, all of which hold. On the aggregator's thread; the loop of the application
 *  pays nothing of it. */
function createMonitored() {
  const registry = new MetricRegistry({ windowCapacity: SAMPLE_COUNT })
  const names = Array.from({ length: SLO_COUNT }, (_, index) => `request_${index}`)
  const series = names.map(name => registry.register(describeMetric('latency', name)).series([]))
  const definitions = names.map(metric => ({ metric, objective: 'p(95)<60ms' }))
  const monitor = new SLOMonitor(registry, definitions, () => {}, { log: () => {} })
  const nextUniform = uniformNumbers(3)
  /** Each series goes through the same values from a place of its own. */
  const places = series.map(() => Math.floor(nextUniform() * durationsMs.length))
  const record = (count: number) => {
    const timeMs = registry.clock.nowMs() >>> 0
    for (const [index, one] of series.entries()) {
      for (let taken = 0; taken < count; taken += 1) {
        one.record(durationsMs[places[index]!]!, timeMs)
        places[index] = (places[index]! + 1) % durationsMs.length
      }
    }
  }
  record(SAMPLE_COUNT)

  const expectedP95 = (index: number) => {
    const place = places[index]!
    const latest = Array.from({ length: SAMPLE_COUNT }, (_, back) => durationsMs.at(place - 1 - back)!)
    return latest.sort((a, b) => a - b)[nearestRank(0.95, SAMPLE_COUNT) - 1]
  }
  const checks = (checkCount: number): Check[] => {
    const answers = monitor.statuses()
    const wrongCount = answers.filter(({ actual }, index) => actual !== expectedP95(index)).length
    return [
      { what: 'checks made', expected: checkCount, actual: monitor.checks },
      { what: 'objectives judged', expected: SLO_COUNT, actual: answers.length },
      { what: 'judged by another value than sorting gives', expected: 0, actual: wrongCount },
    ]
  }
  const candidate: Candidate = {
    name: 'offloop monitor.checkAll(), off the loop',
    operationCount: 1,
    prepare: () => record(FRESH_COUNT),
    run: () => monitor.checkAll(),
  }
  return { candidate, checks }
}

/** What prom-client does for a scrape, on the event loop: it judges nothing, so this is no peer, and shown for scale.
 *  Ten histograms have ten buckets each; ten summaries find the same percentile, approximately. */
function createScrape({ name, library }: PromLibrary, kind: 'Histogram' | 'Summary'): Candidate {
  const registry = new library.Registry()
  const registers = [registry]
  const metrics = Array.from({ length: SLO_COUNT }, (_, index) => {
    const options = { name: `request_${index}`, help: 'Requests', registers }
    return kind === 'Histogram'
      ? new library.Histogram(options)
      : new library.Summary({ ...options, percentiles: [0.95] })
  })
  let place = 0
  const record = (count: number) => {
    for (let taken = 0; taken < count; taken += 1) {
      place = (place + 1) % durationsMs.length
      for (const metric of metrics) metric.observe(durationsMs[place]! / 1e3)
    }
  }
  record(SAMPLE_COUNT)
  const text = kind === 'Histogram' ? 'histograms' : 'summaries'
  return {
    name: `(${name} metrics(), ${SLO_COUNT} ${text}, on the loop)`,
    operationCount: 1,
    prepare: () => record(FRESH_COUNT / 100),
    run: () => registry.metrics(),
  }
}
