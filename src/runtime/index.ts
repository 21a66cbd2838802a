/** The entry `offloop/runtime`: metrics of Node itself on one thread, on request. What is the same on every thread is read
 *  by the aggregator thread: src/exporters/process. */
import { TelemetryError, type ThreadTelemetry } from '../index.ts'
import { type RuntimeOptions, resolveRuntimeOptions } from '../shared/runtime/options.ts'
import { watchActiveResources } from './active-resources.ts'
import { watchEventLoopDelay } from './event-loop-delay.ts'
import { watchEventLoopUse } from './event-loop-use.ts'
import { watchGarbageCollections } from './garbage-collections.ts'
import { watchHeap } from './heap.ts'

export type { RuntimeOptions } from '../shared/runtime/options.ts'

export interface RuntimeMetrics {
  /** Takes a last round, and ends all that was started. Idempotent. */
  stop(): void
}

const running = new WeakMap<ThreadTelemetry, RuntimeMetrics>()

/** Measures this thread from now on, until the telemetry is closed: its event loop, heap, garbage collections and active
 *  resources. It never keeps the thread alive. Started again it gives what is running already.
 *
 *  On the thread that creates the telemetry, `createTelemetry({ runtime: true })` does this, and has the process measured
 *  as well. Here is what other threads need.
 *  @example startRuntimeMetrics(attachTelemetry(share))
 *  @throws TelemetryError OFFLOOP_OPTION, OFFLOOP_CLOSED */
export function startRuntimeMetrics(
  telemetry: ThreadTelemetry,
  options: RuntimeOptions = {},
): RuntimeMetrics {
  const known = running.get(telemetry)
  if (known !== undefined) return known
  const { intervalMs, eventLoopResolutionMs, gc } = resolveRuntimeOptions(options, problem => {
    throw new TelemetryError('OFFLOOP_OPTION', problem)
  })
  const samplers = [
    watchEventLoopUse(telemetry),
    watchHeap(telemetry),
    watchActiveResources(telemetry),
    ...(gc ? [watchGarbageCollections(telemetry)] : []),
    watchEventLoopDelay(telemetry, eventLoopResolutionMs),
  ]
  const sampleAll = () => {
    for (const sampler of samplers) sampler.sample()
  }
  sampleAll()
  const timer = setInterval(sampleAll, intervalMs).unref()
  const metrics: RuntimeMetrics = {
    stop: () => {
      if (running.get(telemetry) !== metrics) return
      running.delete(telemetry)
      clearInterval(timer)
      sampleAll()
      for (const sampler of samplers) sampler.stop()
    },
  }
  running.set(telemetry, metrics)
  telemetry.beforeClose(metrics.stop)
  return metrics
}
