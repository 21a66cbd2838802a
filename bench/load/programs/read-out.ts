/** A process with 10,000 series in one library, which measures what reading all of them takes from its main thread. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'
import { Histogram, Registry } from 'prom-client'
import { createCollectingMeter } from '../setup/collecting-meter.ts'
import { answerParent, programArgument } from '../setup/program-channel.ts'
import type { ReadOut, ReadOutLibrary, ReadOutPlan } from '../snapshot.ts'

const METRIC = 'http_request'
const { library, seriesCount, samplesPerSeries } = programArgument<ReadOutPlan>()
/** After a read, so that what it left behind is not collected during the next measurement. */
const REST_MS = 200

interface Library {
  readonly record: (index: number, value: number) => void
  /** Resolves when all samples are in the statistics. */
  readonly settle: () => Promise<unknown>
  readonly reads: Readonly<Record<string, Read>>
}

/** Reads everything there is, and gives what counts the series in it: that is not part of what is measured. */
type Read = () => Promise<() => number>

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

answerParent<string>(async (name): Promise<ReadOut> => {
  const read = reads[name]!
  // What a read leaves on the heap is collected at some time: with its own measurement, on average, and not here.
  await sleep(REST_MS)
  const startMs = performance.now()
  const busyMs = await busyTimeOf(read)
  const durationMs = performance.now() - startMs
  await sleep(REST_MS)
  const idleMs = await busyTimeOf(() => sleep(durationMs))
  await sleep(REST_MS)
  let countSeries = () => 0
  const longestBlockMs = await longestTurnOf(async () => {
    countSeries = await read()
  })
  await sleep(REST_MS)
  const longestIdleBlockMs = await longestTurnOf(() => sleep(durationMs))
  const takenMs = busyMs - idleMs
  return { takenMs, durationMs, longestBlockMs, longestIdleBlockMs, seriesCount: countSeries() }
})

/** For how long the loop was busy meanwhile, and did not wait for events. */
async function busyTimeOf(work: () => Promise<unknown>): Promise<number> {
  // A turn of the loop of its own: what called this is not part of it.
  await sleep(1)
  const before = performance.eventLoopUtilization()
  await work()
  // The turn in which the answer came is counted when it is over.
  await sleep(1)
  return performance.eventLoopUtilization(before).active
}

/** The longest time between two turns of a loop that never rests. */
async function longestTurnOf(work: () => Promise<unknown>): Promise<number> {
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
  await work()
  isDone = true
  await sleep(1)
  return longestMs
}

async function createOffloop(): Promise<Library> {
  const telemetry = createTelemetry({ service: 'bench', maxSeriesPerMetric: seriesCount })
  const latency = telemetry.latency(METRIC, { labelNames: ['route'] })
  const handles = Array.from({ length: seriesCount }, (_, index) => latency.labels({ route: `/${index}` }))
  await telemetry.ready
  const reader = new Worker(new URL('./reading-thread.js', import.meta.url), {
    workerData: telemetry.share(),
  })
  await once(reader, 'message')
  const readElsewhere = async () => {
    const answered = once(reader, 'message') as Promise<[number]>
    reader.postMessage('read')
    const [count] = await answered
    return () => count
  }
  return {
    record: (index, value) => handles[index]!.record(value),
    settle: () => telemetry.flush(),
    reads: {
      elsewhere: readElsewhere,
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
      metrics: async () => {
        const text = await register.metrics()
        return () => text.split(`\n${METRIC}_count{`).length - 1
      },
    },
  }
}

function createOpenTelemetry(): Library {
  const { meter, collect } = createCollectingMeter(seriesCount + 1)
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
