/** Some threads that record, and a main thread that only watches. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ThreadsPlan, ThreadsResult } from '../growth-threads.ts'
import { watchLoopDelay } from '../setup/loop-delay.ts'
import { answerParent, programArgument } from '../setup/program-channel.ts'
import { threadCpuSince } from '../setup/thread-cpu.ts'
import { startWatchedTelemetry } from '../setup/watched-telemetry.ts'
import type { ProducerBoot } from './producing-thread.ts'

const { threadCount, ratePerS, durationMs } = programArgument<ThreadsPlan>()

answerParent(async (): Promise<ThreadsResult> => {
  // That lanes overflow is in the figures: no need to say it on stderr as well.
  const { telemetry, aggregatorThread } = await startWatchedTelemetry({ log: false })
  const boot: ProducerBoot = { share: telemetry.share(), ratePerS, durationMs }
  const workers = Array.from(
    { length: threadCount },
    () => new Worker(new URL('./producing-thread.js', import.meta.url), { workerData: boot }),
  )
  const exits = workers.map(worker => once(worker, 'exit'))
  await Promise.all(workers.map(worker => once(worker, 'message')))

  const endDelay = watchLoopDelay()
  const aggregatorCpuMs = threadCpuSince(aggregatorThread)
  const startMs = performance.now()
  const done = workers.map(worker => once(worker, 'message') as Promise<[number]>)
  for (const worker of workers) worker.postMessage('go')
  const counts = (await Promise.all(done)).map(([count]) => count)
  const elapsedMs = performance.now() - startMs
  const { p99Ms } = endDelay()
  const aggregatorMs = aggregatorCpuMs()

  // Gone threads have handed over everything.
  await Promise.all(exits)
  await telemetry.flush()
  const { total } = await telemetry.query('request')
  const { lost } = await telemetry.snapshot()
  await telemetry.close()
  return {
    recordedCount: counts.reduce((sum, count) => sum + count, 0),
    arrivedCount: total,
    lostCount: lost,
    elapsedMs,
    aggregatorCpuPercent: aggregatorMs === undefined ? undefined : (100 * aggregatorMs) / elapsedMs,
    delayP99Ms: p99Ms,
  }
})
