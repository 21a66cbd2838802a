/** What does recording with labels cost? */
import type { Histogram } from 'prom-client'
import type { Candidate, Goal, Question } from '../core/question.ts'
import { measureRounds } from '../core/rounds.ts'
import { type CountedPeer, checkCounted } from '../setup/counted-peers.ts'
import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../setup/live-telemetry.ts'
import { createReadableMeter } from '../setup/opentelemetry.ts'
import { PLATFORMATIC, PROM_CLIENT, type PromLibrary, promCount } from '../setup/prom-client.ts'

/** What HTTP metrics usually have. */
const LABEL_NAMES = ['method', 'route', 'status'] as const
/** Series that are recorded in turn. A power of two. */
const ROUTES = [
  '/',
  '/users',
  '/users/:id',
  '/orders',
  '/orders/:id',
  '/search',
  '/login',
  '/health',
] as const
const ROUTE_MASK = ROUTES.length - 1
/** A run of these takes about a millisecond. */
const SLOW_RECORDS_PER_RUN = 2_048

const durationsMs = lognormalValues(INPUT_COUNT)
const durationsS = durationsMs.map(ms => ms / 1e3)

export const labels: Question = {
  name: 'labels',
  asks: 'what does recording one duration with three labels cost?',
  group: 'cost',
  measuresAllocation: true,
  async answer(context) {
    const telemetry = await startTelemetry()
    const requests = telemetry.latency('request', { labelNames: LABEL_NAMES })
    const handles = ROUTES.map(route => requests.labels({ method: 'GET', route, status: '200' }))

    /** Labels are bound once; recording is a push into the lane, whatever labels there are. */
    const bound: Candidate = {
      name: 'offloop, labels bound once',
      operationCount: RECORDS_PER_RUN,
      prepare: () => telemetry.flush(),
      run() {
        for (let index = 0; index < RECORDS_PER_RUN; index += 1) {
          handles[index & ROUTE_MASK]!.record(durationsMs[index & INPUT_MASK]!)
        }
        return handles
      },
    }
    /** The handle is looked up by its labels each time: no need for that, but nothing forbids it. */
    const unbound: Candidate = {
      name: 'offloop, labels() at each record()',
      operationCount: SLOW_RECORDS_PER_RUN,
      prepare: () => telemetry.flush(),
      run() {
        for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
          const route = ROUTES[index & ROUTE_MASK]!
          requests.labels({ method: 'GET', route, status: '200' }).record(durationsMs[index & INPUT_MASK]!)
        }
        return requests
      },
    }
    const promClient = createPromClient()
    const promClientBound = createBoundPromClient()
    const platformatic = createPlatformatic()
    const platformaticBound = createBoundPlatformatic()
    const openTelemetry = createOpenTelemetry()
    const openTelemetryReused = createOpenTelemetryReusing()

    const others = [promClientBound, platformatic, platformaticBound]
    const peers = [promClient, openTelemetry, ...others, openTelemetryReused]
    const candidates = [bound, ...peers.map(({ candidate }) => candidate), unbound]
    const figures = await measureRounds(candidates, context)
    const rowOf = (one: Candidate) => ({ name: one.name, figures: figures.get(one)! })
    return {
      unit: 'ns',
      subject: rowOf(bound),
      rows: [
        { ...rowOf(promClient.candidate), goal: atMost(1 / 30) },
        ...others.map(({ candidate }) => rowOf(candidate)),
        { ...rowOf(openTelemetry.candidate), goal: atMost(1 / 100) },
        rowOf(openTelemetryReused.candidate),
        rowOf(unbound),
      ],
      checks: [
        ...(await closeChecked(
          telemetry,
          'request',
          context.meter.operationCountOf(bound) + context.meter.operationCountOf(unbound),
        )),
        await checkCounted(peers, context.meter),
      ],
    }
  },
}

function atMost(limit: number): Goal {
  return { of: 'ratio', bound: 'at most', limit, figure: 'labels' }
}

function createPromHistogram({ library }: PromLibrary): Histogram<(typeof LABEL_NAMES)[number]> {
  const registers = [new library.Registry()]
  return new library.Histogram({ name: 'request', help: 'Requests', labelNames: LABEL_NAMES, registers })
}

/** As its documentation has it: an object of labels each time. They are checked and hashed on this thread. */
function createPromClient(): CountedPeer {
  const histogram = createPromHistogram(PROM_CLIENT)
  const candidate: Candidate = {
    name: 'prom-client observe(labels, …)',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        const route = ROUTES[index & ROUTE_MASK]!
        histogram.observe({ method: 'GET', route, status: '200' }, durationsS[index & INPUT_MASK]!)
      }
      return histogram
    },
  }
  return { candidate, recordedCount: () => promCount([histogram]) }
}

/** Its child of given labels, made once; it hashes them each time all the same. */
function createBoundPromClient(): CountedPeer {
  const histogram = createPromHistogram(PROM_CLIENT)
  const children = ROUTES.map(route => histogram.labels('GET', route, '200'))
  const candidate: Candidate = {
    name: 'prom-client labels() once, observe(…)',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        children[index & ROUTE_MASK]!.observe(durationsS[index & INPUT_MASK]!)
      }
      return histogram
    },
  }
  return { candidate, recordedCount: () => promCount([histogram]) }
}

/** The fork of prom-client, by the same calls. A loop of its own, so that its call site sees one kind of callee. */
function createPlatformatic(): CountedPeer {
  const histogram = createPromHistogram(PLATFORMATIC)
  const candidate: Candidate = {
    name: '@platformatic/prom-client observe(labels, …)',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        const route = ROUTES[index & ROUTE_MASK]!
        histogram.observe({ method: 'GET', route, status: '200' }, durationsS[index & INPUT_MASK]!)
      }
      return histogram
    },
  }
  return { candidate, recordedCount: () => promCount([histogram]) }
}

function createBoundPlatformatic(): CountedPeer {
  const histogram = createPromHistogram(PLATFORMATIC)
  const children = ROUTES.map(route => histogram.labels('GET', route, '200'))
  const candidate: Candidate = {
    name: '@platformatic/prom-client labels() once, observe(…)',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        children[index & ROUTE_MASK]!.observe(durationsS[index & INPUT_MASK]!)
      }
      return histogram
    },
  }
  return { candidate, recordedCount: () => promCount([histogram]) }
}

/** As its documentation has it: an object of attributes each time. They are sorted and hashed on this thread. */
function createOpenTelemetry(): CountedPeer {
  const { meter, recordedCount } = createReadableMeter()
  const histogram = meter.createHistogram('request')
  const candidate: Candidate = {
    name: 'OpenTelemetry record(…, attributes)',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        const route = ROUTES[index & ROUTE_MASK]!
        histogram.record(durationsMs[index & INPUT_MASK]!, { method: 'GET', route, status: '200' })
      }
      return histogram
    },
  }
  return { candidate, recordedCount }
}

/** With objects of attributes that are made once and used again. */
function createOpenTelemetryReusing(): CountedPeer {
  const { meter, recordedCount } = createReadableMeter()
  const histogram = meter.createHistogram('request')
  const attributes = ROUTES.map(route => ({ method: 'GET', route, status: '200' }))
  const candidate: Candidate = {
    name: 'OpenTelemetry, attributes reused',
    operationCount: SLOW_RECORDS_PER_RUN,
    run() {
      for (let index = 0; index < SLOW_RECORDS_PER_RUN; index += 1) {
        histogram.record(durationsMs[index & INPUT_MASK]!, attributes[index & ROUTE_MASK]!)
      }
      return histogram
    },
  }
  return { candidate, recordedCount }
}
