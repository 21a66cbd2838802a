/** The servers that are compared, by name. */
import type { ArrivedCounts, CreateInstruments } from './instruments.ts'
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
  /** Of those that were finished. */
  readonly readCount: number
}

/** What the server says in the end. */
export interface ServerEnd {
  readonly requestCount: number
  /** Undefined without a library. */
  readonly arrived?: ArrivedCounts
}

export interface LoadRequest {
  readonly port: number
  readonly durationMs: number
  /** Undefined: as fast as the server answers. */
  readonly ratePerS?: number
}

/** What the clients saw of a server under as much load as it can take. */
export interface SaturatedSlice {
  readonly requestsPerS: number
  /** Broken connections, time-outs, answers other than 2xx. */
  readonly errorCount: number
}

/** What they saw of one at a fixed rate; latency counts from when a request was due. */
export interface OpenLoopSlice {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  /** How late the sender itself was: that is in the latencies, too. */
  readonly sentLateP50Ms: number
  readonly sentLateP99Ms: number
  readonly errorCount: number
}
