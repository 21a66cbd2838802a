import fc from 'fast-check'
import * as promClient from 'prom-client'
import { afterAll, expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import * as ours from '../../src/prom-client/index.ts'
import { parseText, withoutQuantiles } from './exposition.ts'

const telemetry = createTelemetry({ service: 'differential', log: false })
ours.useTelemetry(telemetry)

afterAll(() => telemetry.close())

type Client = typeof promClient
type Labels = Record<string, string | number>

/** What a program has of a client: two metrics of each type, with and without labels. */
interface Program {
  readonly registry: promClient.Registry
  readonly counters: readonly promClient.Counter[]
  readonly gauges: readonly promClient.Gauge[]
  readonly histograms: readonly promClient.Histogram[]
  readonly summaries: readonly promClient.Summary[]
}

/** Shown by its name alone. */
type Step = readonly [name: string, run: (program: Program) => unknown]

const LABEL_NAMES = ['method', 'code']
/** Not -1: prom-client counts there what is above all bounds. */
const BUCKETS = [-2, 0, 0.25, 2, 10]

function programOf(client: Client): Program {
  const registry = new client.Registry()
  const shape = (name: string, labelNames: string[]) => ({
    name,
    help: `Help of ${name} \\ and\na second line`,
    labelNames,
    registers: [registry],
  })
  const both = <M>(name: string, make: (shape: ReturnType<typeof shapeOf>) => M) => [
    make(shape(name, [])),
    make(shape(`${name}_labelled`, LABEL_NAMES)),
  ]
  const shapeOf = shape
  return {
    registry,
    counters: both('hits', one => new client.Counter(one)),
    gauges: both('level', one => new client.Gauge(one)),
    histograms: both('size', one => new client.Histogram({ ...one, buckets: [...BUCKETS] })),
    summaries: both('wait_seconds', one => new client.Summary(one)),
  }
}

/** Their sums are exact, in whatever order, and however often something is taken off. */
const values = fc.oneof(
  fc.integer({ min: -5, max: 20 }),
  fc.constantFrom(0, 0.25, 2, 2.5, 1e6, -0.5, 2 ** -10),
)
const wrongValues = fc.constantFrom('5', Number.NaN, Number.POSITIVE_INFINITY, {}, null, true, undefined)
const someLabels: fc.Arbitrary<Labels> = fc.record(
  {
    method: fc.constantFrom('GET', 'PUT', 'a "quoted"\\ text\nof two lines', '200'),
    code: fc.constantFrom(200, '200', 404, 'teapot'),
  },
  { requiredKeys: [] },
)
const wrongLabels = fc.constantFrom<Labels>({ route: '/' }, { method: 'GET', status: 1 })
const which = fc.constantFrom(0, 1)

/** What is done with the metric of these labels; without labels, with the plain one. */
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: calls('counters', ['inc'], values) },
  { weight: 8, arbitrary: calls('gauges', ['inc', 'dec', 'set'], values) },
  { weight: 8, arbitrary: calls('histograms', ['observe'], values) },
  { weight: 6, arbitrary: calls('summaries', ['observe'], values) },
  { weight: 3, arbitrary: bare() },
  { weight: 4, arbitrary: kinds().chain(kind => removal(kind)) },
  { weight: 2, arbitrary: fc.tuple(kinds(), which).map(([kind, index]) => reset(kind, index)) },
  { weight: 2, arbitrary: someLabels.map(labels => zero(labels)) },
  { weight: 1, arbitrary: fc.constant<Step>(['resetMetrics()', ({ registry }) => registry.resetMetrics()]) },
  { weight: 2, arbitrary: fc.constant<Step>(['read', () => undefined]) },
  { weight: 2, arbitrary: fc.tuple(kinds(), wrongLabels).chain(([kind, labels]) => wrong(kind, labels)) },
  { weight: 2, arbitrary: fc.tuple(kinds(), wrongValues).map(([kind, value]) => wrongValue(kind, value)) },
)

type Kind = 'counters' | 'gauges' | 'histograms' | 'summaries'
type Call = (...given: unknown[]) => unknown
type Callable = Record<string, Call> & { labels: (...given: unknown[]) => Record<string, Call> }

function kinds(): fc.Arbitrary<Kind> {
  return fc.constantFrom<Kind>('counters', 'gauges', 'histograms', 'summaries')
}

function metricOf(program: Program, kind: Kind, index: number): Callable {
  return program[kind][index] as unknown as Callable
}

/** With labels as an object, bound as an object, bound by position, or without any. */
function calls(kind: Kind, methods: readonly string[], value: fc.Arbitrary<number>): fc.Arbitrary<Step> {
  const way = fc.constantFrom('direct', 'bound', 'positions', 'plain')
  return fc
    .tuple(fc.constantFrom(...methods), value, someLabels, way)
    .map(([method, given, labels, how]): Step => {
      const name = `${kind}.${method}(${JSON.stringify(labels)}, ${given}) ${how}`
      return [
        name,
        program => {
          if (how === 'plain') return metricOf(program, kind, 0)[method]!(given)
          const metric = metricOf(program, kind, 1)
          if (how === 'direct') return metric[method]!(labels, given)
          if (how === 'bound') return metric.labels(labels)[method]!(given)
          return metric.labels('GET', 200)[method]!(given)
        },
      ]
    })
}

/** Calls without a value. */
function bare(): fc.Arbitrary<Step> {
  return fc
    .tuple(fc.constantFrom(['counters', 'inc'], ['gauges', 'inc'], ['gauges', 'dec']), which)
    .map(
      ([[kind, method], index]): Step => [
        `${kind}[${index}].${method}()`,
        program => metricOf(program, kind as Kind, index)[method!]!(),
      ],
    )
}

function removal(kind: Kind): fc.Arbitrary<Step> {
  return fc.oneof(
    someLabels.map(
      (labels): Step => [
        `${kind}.remove(${JSON.stringify(labels)})`,
        program => metricOf(program, kind, 1)['remove']!(labels),
      ],
    ),
    fc.constant<Step>([
      `${kind}.remove('GET', 200)`,
      program => metricOf(program, kind, 1)['remove']!('GET', 200),
    ]),
    fc.constant<Step>([`${kind}.remove('GET')`, program => metricOf(program, kind, 1)['remove']!('GET')]),
    fc.constant<Step>([`${kind}[0].remove({})`, program => metricOf(program, kind, 0)['remove']!({})]),
  )
}

function reset(kind: Kind, index: number): Step {
  return [`${kind}[${index}].reset()`, program => metricOf(program, kind, index)['reset']!()]
}

function zero(labels: Labels): Step {
  return [`histogram.zero(${JSON.stringify(labels)})`, ({ histograms }) => histograms[1]!.zero(labels)]
}

function wrong(kind: Kind, labels: Labels): fc.Arbitrary<Step> {
  const method = kind === 'counters' ? 'inc' : kind === 'gauges' ? 'set' : 'observe'
  return fc.constantFrom<Step>(
    [`${kind}.${method}(wrong labels)`, program => metricOf(program, kind, 1)[method]!(labels, 1)],
    [`${kind}[0].${method}(wrong labels)`, program => metricOf(program, kind, 0)[method]!(labels, 1)],
    [`${kind}.remove(wrong labels)`, program => metricOf(program, kind, 1)['remove']!(labels)],
    [`${kind}.labels('GET')`, program => metricOf(program, kind, 1).labels('GET')],
  )
}

/** Which of its checks prom-client comes to first, is left to it. */
const WRONG_VALUE = 'wrong value'

function wrongValue(kind: Kind, value: unknown): Step {
  const method = kind === 'counters' ? 'inc' : kind === 'gauges' ? 'set' : 'observe'
  // prom-client adds a NaN to a counter, which then is no number any more.
  const isTaken = kind === 'counters' && Number.isNaN(value)
  return [
    `${kind}.${method}(${String(value)}): ${WRONG_VALUE}`,
    program => (isTaken ? undefined : metricOf(program, kind, 0)[method]!(value)),
  ]
}

test('random programs write what they write with prom-client', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async taken => {
      const theirs = programOf(promClient)
      const own = programOf(ours as unknown as Client)
      for (const [name, run] of taken) {
        const shown = (outcome: string) =>
          name.endsWith(WRONG_VALUE) && outcome !== 'done' ? 'threw' : outcome
        const outcome = shown(outcomeOf(() => run(own)))
        expect([name, outcome]).toEqual([name, shown(outcomeOf(() => run(theirs)))])
        if (name === 'read') await expectSame(own, theirs)
      }
      await expectSame(own, theirs)
      // The next program's metrics begin anew where these were.
      own.registry.clear()
    }),
    { numRuns: 400 },
  )
}, 60_000)

function outcomeOf(run: () => unknown): string {
  try {
    run()
    return 'done'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

async function expectSame(own: Program, theirs: Program): Promise<void> {
  const [ownText, theirText] = await Promise.all([own.registry.metrics(), theirs.registry.metrics()])
  const read = (text: string) => withoutQuantiles(parseText(text))
  expect(read(ownText)).toEqual(read(theirText))
}
