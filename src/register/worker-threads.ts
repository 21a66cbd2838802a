/** Hands the telemetry to worker threads: each that loads `offloop/register`, as they all do unless they are given an
 *  `execArgv` of their own, takes part. Main thread, and worker threads. */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { type AttachedTelemetry, attachTelemetry, type Telemetry, type TelemetryShare } from '../index.ts'
import { type HttpMeasurements, measureHttp } from '../instrumentation/http.ts'

/** Cloned for each worker thread that starts from then on. */
interface Handover {
  readonly share: TelemetryShare
  readonly measure: HttpMeasurements
}

const KEY = 'offloop.register.1'

export function offerToWorkerThreads(telemetry: Telemetry, measure: HttpMeasurements): void {
  const handover: Handover = { share: telemetry.share(), measure }
  setEnvironmentData(KEY, handover as never)
  // A thread that starts later would have a lane that nobody reads.
  telemetry.beforeClose(() => setEnvironmentData(KEY, undefined))
}

/** @returns undefined where the main thread measures nothing
 *  @throws TelemetryError OFFLOOP_SHARE, OFFLOOP_SHARE_VERSION */
export function takePart(): AttachedTelemetry | undefined {
  const handover = getEnvironmentData(KEY) as unknown as Handover | undefined
  if (handover === undefined) return undefined
  const telemetry = attachTelemetry(handover.share)
  measureHttp(telemetry, handover.measure)
  return telemetry
}
