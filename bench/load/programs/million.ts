/** One run of the main thread with a million samples a second, into offloop or into a plain array. */

import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../../setup/inputs.ts'
import type { MillionPlan, MillionResult } from '../million.ts'
import { watchLoopDelay } from '../setup/loop-delay.ts'
import { pace } from '../setup/pacing.ts'
import { answerParent, programArgument } from '../setup/program-channel.ts'
import { processCpuMs, threadCpuSince } from '../setup/thread-cpu.ts'
import { startWatchedTelemetry } from '../setup/watched-telemetry.ts'

/** Metrics that are recorded in turn. A power of two. */
const METRIC_COUNT = 16
const METRIC_MASK = METRIC_COUNT - 1
/** Other work of the loop, as programs have it: about a tenth of its time. */
const WORK_INTERVAL_MS = 10
const ORDERS_PER_WORK = 60

const { hasTelemetry, ratePerS, warmUpMs, durationMs, settledAfterMs } = programArgument<MillionPlan>()
const values = lognormalValues(INPUT_COUNT)

answerParent(() => (hasTelemetry ? runWithTelemetry() : runWithout()))

async function runWithTelemetry(): Promise<MillionResult> {
  const { telemetry, aggregatorThread } = await startWatchedTelemetry()
  const names = Array.from({ length: METRIC_COUNT }, (_, index) => `metric_${index}`)
  const handles = names.map(name => telemetry.latency(name))
  const measured = await run(
    (count, doneCount) => {
      for (let index = doneCount; index < doneCount + count; index += 1) {
        handles[index & METRIC_MASK]!.record(values[index & INPUT_MASK]!)
      }
    },
    threadCpuSince.bind(undefined, aggregatorThread),
  )
  let arrivedCount = 0
  for (const name of names) arrivedCount += (await telemetry.query(name)).total
  const { lost } = await telemetry.close()
  return { ...measured, arrivedCount, lostCount: lost }
}

/** The same loop, and the same values, into memory of this thread. */
async function runWithout(): Promise<MillionResult> {
  const sinks = Array.from({ length: METRIC_COUNT }, () => new Float64Array(INPUT_COUNT))
  const measured = await run(
    (count, doneCount) => {
      for (let index = doneCount; index < doneCount + count; index += 1) {
        sinks[index & METRIC_MASK]![index & INPUT_MASK] = values[index & INPUT_MASK]!
      }
    },
    () => () => undefined,
  )
  return { ...measured, arrivedCount: 0, lostCount: 0 }
}

type Measured = Omit<MillionResult, 'arrivedCount' | 'lostCount'>

async function run(
  record: (count: number, doneCount: number) => void,
  countAggregatorCpu: () => () => number | undefined,
): Promise<Measured> {
  const work = setInterval(otherWork, WORK_INTERVAL_MS)
  let recordedCount = 0
  const counted = (count: number, doneCount: number) => {
    record(count, doneCount)
    recordedCount += count
  }
  await pace({ ratePerS, durationMs: warmUpMs }, counted)
  const endDelay = watchLoopDelay()
  const aggregatorCpuMs = countAggregatorCpu()
  const processCpuBeforeMs = processCpuMs()
  let settledBytes = process.memoryUsage.rss()
  const settle = setTimeout(
    () => {
      settledBytes = process.memoryUsage.rss()
    },
    Math.min(settledAfterMs, durationMs / 2),
  )
  const startMs = performance.now()
  await pace({ ratePerS, durationMs }, counted)
  const elapsedMs = performance.now() - startMs
  const { p99Ms, maxMs } = endDelay()
  const endBytes = process.memoryUsage.rss()
  clearTimeout(settle)
  clearInterval(work)
  const aggregatorMs = aggregatorCpuMs()
  return {
    recordedCount,
    elapsedMs,
    delayP99Ms: p99Ms,
    delayMaxMs: maxMs,
    aggregatorCpuPercent: aggregatorMs === undefined ? undefined : (100 * aggregatorMs) / elapsedMs,
    processCpuPercent: (100 * (processCpuMs() - processCpuBeforeMs)) / elapsedMs,
    endBytes,
    grownBytes: endBytes - settledBytes,
  }
}

let orders = ''
function otherWork(): void {
  const items = Array.from({ length: ORDERS_PER_WORK }, (_, id) => ({
    id,
    name: `item ${id}`,
    tags: ['a', 'b'],
  }))
  orders = JSON.stringify(JSON.parse(JSON.stringify(items)))
  if (orders.length === 0) throw new Error('no work was done')
}
