/** What does a call cost in a program that was written for OpenTelemetry or for prom-client, with offloop behind it? */
import { MeterProvider } from 'offloop/otel'
import * as ours from 'offloop/prom-client'
import * as theirs from 'prom-client'
import type { Candidate, Findings, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { startTelemetry } from '../setup/live-telemetry.ts'
import { createReadableMeter } from '../setup/opentelemetry.ts'

const CALLS_PER_RUN = 2_048
const ROUTES = ['/', '/users', '/users/:id', '/orders', '/orders/:id', '/search', '/login', '/health']
const KEPT = { 'http.request.method': 'GET', 'http.route': '/users', 'http.response.status_code': 200 }
const THREE = `{ 'http.request.method': 'GET', 'http.route': routes[index & 7], 'http.response.status_code': 200 }`
const SIX = THREE.replace(' }', `, 'url.scheme': 'http', 'server.address': 'shop', 'server.port': 443 }`)
const LABELS = `{ method: 'GET', route: routes[index & 7], status: 200 }`
const LABEL_NAMES = ['method', 'route', 'status']

/** One call of an API, and what makes the instrument that it is made on. */
interface Call<Api> {
  readonly text: string
  readonly what: string
  readonly create: (api: Api) => object
}

type Meter = Pick<ReturnType<MeterProvider['getMeter']>, 'createCounter' | 'createHistogram'>

const OPENTELEMETRY: readonly Call<Meter>[] = [
  { what: 'counter.add(1)', text: 'add(1)', create: meter => meter.createCounter('plain') },
  {
    what: 'counter.add(1, attributes), three, the object kept',
    text: 'add(1, kept)',
    create: meter => meter.createCounter('kept'),
  },
  {
    what: 'counter.add(1, attributes), three, a new object each time',
    text: `add(1, ${THREE})`,
    create: meter => meter.createCounter('three'),
  },
  {
    what: 'histogram.record(n)',
    text: 'record(index & 255)',
    create: meter => meter.createHistogram('plain_histogram'),
  },
  {
    what: 'histogram.record(n, attributes), three, a new object each time',
    text: `record(index & 255, ${THREE})`,
    create: meter => meter.createHistogram('three_histogram'),
  },
  {
    what: 'histogram.record(n, attributes), six, a new object each time',
    text: `record(index & 255, ${SIX})`,
    create: meter => meter.createHistogram('six_histogram'),
  },
]

type Prom = Pick<typeof theirs, 'Counter' | 'Gauge' | 'Histogram'>
const named = (name: string) => ({ name, help: name, registers: [] })

const PROM_CLIENT: readonly Call<Prom>[] = [
  {
    what: 'counter.inc(labels), three, a new object each time',
    text: `inc(${LABELS})`,
    create: ({ Counter }) => new Counter({ ...named('labelled_total'), labelNames: LABEL_NAMES }),
  },
  {
    what: 'labels(…) once, inc()',
    text: 'inc()',
    create: ({ Counter }) =>
      new Counter({ ...named('bound_total'), labelNames: LABEL_NAMES }).labels('GET', '/', '200'),
  },
  {
    what: 'gauge.set(n)',
    text: 'set(index & 255)',
    create: ({ Gauge }) => new Gauge(named('level')),
  },
  {
    what: 'histogram.observe(labels, n), three, a new object each time',
    text: `observe(${LABELS}, index & 255)`,
    create: ({ Histogram }) => new Histogram({ ...named('seconds'), labelNames: LABEL_NAMES }),
  },
]

export const bridges: Question = {
  name: 'bridges',
  asks: 'what does a call of OpenTelemetry’s API, or of prom-client’s, cost with offloop behind it?',
  group: 'option',
  async answer(context) {
    const telemetry = await startTelemetry()
    ours.useTelemetry(telemetry)
    const prepare = () => telemetry.flush()
    const provider = new MeterProvider(telemetry)
    const sdk = createReadableMeter()
    const pairs = [
      ...OPENTELEMETRY.map(call => ({
        part: call.what,
        subject: candidateOf('offloop/otel', call, provider.getMeter('bench'), prepare),
        peer: candidateOf('OpenTelemetry SDK', call, sdk.meter as unknown as Meter),
      })),
      ...PROM_CLIENT.map(call => ({
        part: call.what,
        subject: candidateOf('offloop/prom-client', call, ours as unknown as Prom, prepare),
        peer: candidateOf('prom-client', call, theirs),
      })),
    ]
    const candidates = pairs.flatMap(({ subject, peer }) => [subject, peer])
    const figures = await measureRounds(candidates, context)
    const expected = pairs.reduce((calls, { subject }) => calls + context.meter.operationCountOf(subject), 0)
    const { series } = await telemetry.snapshot()
    const arrived = series.reduce((sum, { total }) => sum + total, 0)
    const { lost } = await telemetry.close()
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return pairs.map(({ part, subject, peer }, index): Findings => {
      const checks = [
        { what: 'calls that have arrived at the aggregator, all together', expected, actual: arrived },
        { what: 'lost', expected: 0, actual: lost },
      ]
      return {
        part,
        unit: 'ns',
        subject: rowOf(subject),
        rows: [rowOf(peer)],
        checks: index === 0 ? checks : [],
      }
    })
  },
}

/** Each loop is compiled from a text of its own: its call sites see one library. */
function candidateOf<Api>(
  name: string,
  { what, text, create }: Call<Api>,
  api: Api,
  prepare?: () => Promise<unknown>,
): Candidate {
  const source = `// ${name}: ${what}
    return () => {
      for (let index = 0; index < ${CALLS_PER_RUN}; index += 1) instrument.${text}
      return instrument
    }`
  const run = new Function('instrument', 'kept', 'routes', source)(create(api), KEPT, ROUTES) as () => unknown
  return {
    name: `${name}: ${what}`,
    operationCount: CALLS_PER_RUN,
    run,
    ...(prepare === undefined ? {} : { prepare }),
  }
}
