/** A process that does the work of requests, with telemetry or without, and tells what that took. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Telemetry } from 'offloop'
import { doRequest } from '../overhead/request-work.ts'
import type {
  Burst,
  PacedSlice,
  StartFigures,
  WorkloadEnd,
  WorkloadPlan,
  WorkloadRequest,
  WorkSlice,
} from '../overhead/workload.ts'
import { pace } from '../setup/pacing.ts'
import { percentileOf } from '../setup/percentile.ts'
import { answerParent, programArgument } from '../setup/program-channel.ts'
import { MAIN_THREAD, processCpuMs, threadCpuSince } from '../setup/thread-cpu.ts'
import { startWatchedTelemetry } from '../setup/watched-telemetry.ts'

/** Between two turns of the loop. */
const REQUESTS_PER_TURN = 100
const BURST_EVENTS = 10_000
/** A fraction of what one core can do. */
const PACED_RATE_PER_S = 4_000
const PACED_MS = 500

const { hasTelemetry } = programArgument<WorkloadPlan>()
const started = hasTelemetry ? await startWatchedTelemetry() : undefined
const handleRequest = started === undefined ? doRequest : instrument(started.telemetry)
let requestCount = 0

answerParent<WorkloadRequest>(request => {
  if (request.type === 'work') return work(request.requestCount)
  if (request.type === 'paced') return workPaced()
  if (request.type === 'close') return close()
  if (started === undefined) throw new Error('there is no telemetry in this process')
  if (request.type === 'burst') return recordBurst(started.telemetry)
  return { readyMs: started.readyMs } satisfies StartFigures
})

/** What a request usually has: its duration, a counter and a level. */
function instrument(telemetry: Telemetry): (index: number) => number {
  const duration = telemetry.latency('request', { labelNames: ['route'] }).labels({ route: '/orders' })
  const requests = telemetry.counter('requests')
  const size = telemetry.gauge('answer_size', { unit: 'bytes' })
  return index => {
    const mark = duration.markStart()
    const bytes = doRequest(index)
    duration.markEnd(mark)
    requests.add()
    size.set(bytes)
    return bytes
  }
}

async function work(count: number): Promise<WorkSlice> {
  const startMs = performance.now()
  const startCpuMs = processCpuMs()
  const threadCpuMs = threadCpuSince(MAIN_THREAD)
  for (let done = 0; done < count; done += REQUESTS_PER_TURN) {
    for (let index = 0; index < REQUESTS_PER_TURN; index += 1) handle()
    await nextTurn()
  }
  const elapsedMs = performance.now() - startMs
  return { elapsedMs, cpuMs: processCpuMs() - startCpuMs, threadCpuMs: threadCpuMs() }
}

/** A request that has to wait for its turn has waited since it was due, and not since it was looked at. */
async function workPaced(): Promise<PacedSlice> {
  const latenciesMs = new Float64Array((PACED_RATE_PER_S * PACED_MS) / 1e3)
  const startMs = performance.now()
  await pace({ ratePerS: PACED_RATE_PER_S, durationMs: PACED_MS }, (count, doneCount) => {
    for (let index = doneCount; index < doneCount + count; index += 1) {
      const dueMs = startMs + (index * 1e3) / PACED_RATE_PER_S
      handle()
      latenciesMs[index] = performance.now() - dueMs
    }
  })
  return { p99Ms: percentileOf(latenciesMs, 99) }
}

function handle(): void {
  requestCount += 1
  if (handleRequest(requestCount) === 0) throw new Error('no work was done')
}

async function recordBurst(telemetry: Telemetry): Promise<Burst> {
  const events = telemetry.latency('burst')
  const bytesBefore = process.memoryUsage.rss()
  const startMs = performance.now()
  for (let index = 0; index < BURST_EVENTS; index += 1) events.record(index)
  const recordMs = performance.now() - startMs
  const { total } = await telemetry.query('burst')
  const arrivedMs = performance.now() - startMs
  if (total !== BURST_EVENTS) throw new Error(`${total} of ${BURST_EVENTS} events arrived`)
  return { recordMs, arrivedMs, grownBytes: process.memoryUsage.rss() - bytesBefore }
}

async function close(): Promise<WorkloadEnd> {
  const residentBytes = process.memoryUsage.rss()
  if (started === undefined) return { residentBytes, requestCount, arrivedCount: 0, lostCount: 0 }
  const { total } = await started.telemetry.query('request')
  const { lost } = await started.telemetry.close()
  return { residentBytes, requestCount, arrivedCount: total, lostCount: lost }
}
