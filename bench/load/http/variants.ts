/** The servers that are compared, by name. */
import type { CreateInstruments } from './instruments.ts'
import { createOffloopInstruments } from './offloop-instruments.ts'
import { createOpenTelemetryInstruments } from './opentelemetry-instruments.ts'
import { createPromClientInstruments } from './prom-client-instruments.ts'

/** Nothing but two readings of the clock and a listener: what measuring costs before any library comes in. */
const createNothing: CreateInstruments = () => ({ begin() {}, end() {}, read: async () => {} })

export const LIBRARIES = {
  none: createNothing,
  offloop: createOffloopInstruments,
  'prom-client': createPromClientInstruments,
  OpenTelemetry: createOpenTelemetryInstruments,
} as const satisfies Record<string, CreateInstruments>

/** What a server's process is started with. */
export interface ServerPlan {
  /** Undefined for the bare server: no listener, no clock. */
  readonly library: keyof typeof LIBRARIES | undefined
  /** 0: nobody reads. */
  readonly readIntervalMs: number
  readonly seriesBefore: number
}

export type ServerRequest = 'listen' | 'begin' | 'end' | 'close'

/** What the server itself counted between `begin` and `end`. */
export interface ServerSlice {
  readonly requestCount: number
  /** All threads of the process: offloop's aggregator is one of them. */
  readonly processCpuMs: number
  /** The thread that serves; undefined where the system does not tell. */
  readonly threadCpuMs: number | undefined
  readonly readCount: number
}

export interface LoadRequest {
  readonly url: string
  readonly durationMs: number
}

/** What the clients saw. */
export interface LoadSlice {
  readonly requestsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Broken connections, time-outs, answers other than 2xx. */
  readonly errorCount: number
}
