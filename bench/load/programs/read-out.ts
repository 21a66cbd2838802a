/** A process with 10,000 series in one library, which measures what reading all of them takes from its main thread. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'
import { Histogram, type MetricObjectWithValues, type MetricValueWithName, Registry } from 'prom-client'
import { spreadOf } from '../../core/spread.ts'
import { createReadableMeter } from '../../setup/opentelemetry.ts'
import { startBusyThread } from '../setup/busy-thread.ts'
import { answerParent, programArgument } from '../setup/program-channel.ts'
import type { ReadOut, ReadOutLibrary, ReadOutPlan } from '../snapshot.ts'
import type { ReadingThreadData } from './reading-thread.ts'

const METRIC = 'http_request'
const { library, seriesCount, samplesPerSeries, repeatCount } = programArgument<ReadOutPlan>()
/** Before each measurement: what the one before has left on the heap is collected by then, if that is due at all. */
const REST_MS = 100

interface Library {
  readonly record: (index: number, value: number) => void
  /** Resolves when all samples are in the statistics. */
  readonly settle: () => Promise<unknown>
  readonly reads: Readonly<Record<string, Read>>
}

/** Reads everything there is, and gives what counts the series in it: that is not part of what is measured. */
type Read = () => Promise<() => number>

/** What is measured; what it gives is called afterwards, if it can be. */
type Work = () => Promise<unknown>

const LIBRARIES: Readonly<Record<ReadOutLibrary, () => Library | Promise<Library>>> = {
  offloop: createOffloop,
  'prom-client': createPromClient,
  OpenTelemetry: createOpenTelemetry,
}

const { record, settle, reads } = await LIBRARIES[library]()
for (let sample = 0; sample < samplesPerSeries; sample += 1) {
  for (let index = 0; index < seriesCount; index += 1) record(index, 1 + ((sample * 7 + index) % 100))
  await settle()
}

const keepBusy = await startBusyThread()

answerParent<string>(async (name): Promise<ReadOut> => {
  const read = reads[name]!
  let seriesCountMin = Number.POSITIVE_INFINITY
  const readAndCount = async () => {
    const countSeries = await read()
    return () => {
      seriesCountMin = Math.min(seriesCountMin, countSeries())
    }
  }
  const repeats: Omit<ReadOut, 'seriesCount'>[] = []
  for (let repeat = 0; repeat < repeatCount; repeat += 1) {
    const busy = await busyTimeOf(readAndCount)
    const { durationMs } = busy
    const idle = await busyTimeOf(() => sleep(durationMs))
    repeats.push({
      takenMs: busy.busyMs - idle.busyMs,
      durationMs,
      longestBlockMs: await longestTurnOf(readAndCount),
      longestIdleBlockMs: await longestTurnOf(() => sleep(durationMs)),
      longestControlBlockMs: await longestTurnOf(() => keepBusy(durationMs)),
    })
  }
  const medianOf = (figureOf: (one: (typeof repeats)[number]) => number) =>
    spreadOf(repeats.map(figureOf)).median
  return {
    takenMs: medianOf(one => one.takenMs),
    durationMs: medianOf(one => one.durationMs),
    longestBlockMs: medianOf(one => one.longestBlockMs),
    longestIdleBlockMs: medianOf(one => one.longestIdleBlockMs),
    longestControlBlockMs: medianOf(one => one.longestControlBlockMs),
    seriesCount: seriesCountMin,
  }
})

/** For how long the loop was busy meanwhile, and did not wait for events. */
async function busyTimeOf(work: Work): Promise<{ busyMs: number; durationMs: number }> {
  // A turn of the loop of its own, too: what called this is not part of it.
  await sleep(REST_MS)
  const before = performance.eventLoopUtilization()
  const startMs = performance.now()
  const conclude = await work()
  const durationMs = performance.now() - startMs
  // The turn in which the answer came is counted when it is over.
  await sleep(1)
  const { active: busyMs } = performance.eventLoopUtilization(before)
  if (typeof conclude === 'function') conclude()
  return { busyMs, durationMs }
}

/** The longest time between two turns of a loop that never rests. */
async function longestTurnOf(work: Work): Promise<number> {
  await sleep(REST_MS)
  let longestMs = 0
  let isDone = false
  let turnMs = performance.now()
  const onTurn = () => {
    const nowMs = performance.now()
    longestMs = Math.max(longestMs, nowMs - turnMs)
    turnMs = nowMs
    if (!isDone) setImmediate(onTurn)
  }
  setImmediate(onTurn)
  const conclude = await work()
  isDone = true
  await sleep(1)
  if (typeof conclude === 'function') conclude()
  return longestMs
}

async function createOffloop(): Promise<Library> {
  const telemetry = createTelemetry({ service: 'bench', maxSeriesPerMetric: seriesCount, http: { port: 0 } })
  const latency = telemetry.latency(METRIC, { labelNames: ['route'] })
  const handles = Array.from({ length: seriesCount }, (_, index) => latency.labels({ route: `/${index}` }))
  const { url } = await telemetry.ready
  const reader = new Worker(new URL('./reading-thread.js', import.meta.url), {
    workerData: { share: telemetry.share(), url: url!, metric: METRIC } satisfies ReadingThreadData,
  })
  await once(reader, 'message')
  const elsewhere = (read: string) => async () => {
    const answered = once(reader, 'message') as Promise<[number]>
    reader.postMessage(read)
    const [count] = await answered
    return () => count
  }
  return {
    record: (index, value) => handles[index]!.record(value),
    settle: () => telemetry.flush(),
    reads: {
      scraped: elsewhere('scrape'),
      elsewhere: elsewhere('snapshot'),
      scrape: async () => {
        const { body } = await telemetry.scrape()
        return () => body.split(`\n${METRIC}_seconds_count{`).length - 1
      },
      snapshot: async () => {
        const { series } = await telemetry.snapshot()
        return () => series.length
      },
      query: async () => {
        const { total } = await telemetry.query(METRIC)
        return () => total / samplesPerSeries
      },
    },
  }
}

function createPromClient(): Library {
  const register = new Registry()
  const labelNames = ['route']
  const histogram = new Histogram({ name: METRIC, help: 'Requests', labelNames, registers: [register] })
  return {
    record: (index, value) => histogram.observe({ route: `/${index}` }, value),
    settle: async () => {},
    reads: {
      objects: async () => {
        const metrics = (await register.getMetricsAsJSON()) as readonly MetricObjectWithValues<
          MetricValueWithName<string>
        >[]
        return () => metrics[0]!.values.filter(({ metricName }) => metricName === `${METRIC}_count`).length
      },
      metrics: async () => {
        const text = await register.metrics()
        return () => text.split(`\n${METRIC}_count{`).length - 1
      },
    },
  }
}

function createOpenTelemetry(): Library {
  const { meter, collect } = createReadableMeter(seriesCount + 1)
  const histogram = meter.createHistogram(METRIC)
  return {
    record: (index, value) => histogram.record(value, { route: `/${index}` }),
    settle: async () => {},
    reads: {
      collect: async () => {
        const { resourceMetrics } = await collect()
        return () => resourceMetrics.scopeMetrics[0]!.metrics[0]!.dataPoints.length
      },
    },
  }
}
