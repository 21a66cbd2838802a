/** What the workload's process is asked, and what it answers. Types only. */

export interface WorkloadPlan {
  readonly hasTelemetry: boolean
}

/** `burst` comes first, so that it meets cold code as a program's first events do. */
export type WorkloadRequest =
  | { readonly type: 'start' | 'burst' | 'paced' | 'close' }
  | { readonly type: 'work'; readonly requestCount: number }

export interface StartFigures {
  /** From the call of createTelemetry until it was ready. */
  readonly readyMs: number
}

/** 10,000 events at full speed. */
export interface Burst {
  readonly recordMs: number
  /** Until all of them are in the statistics. */
  readonly arrivedMs: number
  readonly grownBytes: number
}

/** Requests one after the other. */
export interface WorkSlice {
  readonly elapsedMs: number
  /** Of all threads. */
  readonly cpuMs: number
  /** Of the thread that works; undefined where the system does not tell. */
  readonly threadCpuMs: number | undefined
}

/** Requests that arrive at a fixed rate. */
export interface PacedSlice {
  /** From when a request was due until it was answered. */
  readonly p99Ms: number
}

export interface WorkloadEnd {
  readonly residentBytes: number
  readonly requestCount: number
  /** Of the requests, without the burst; 0 without telemetry. */
  readonly arrivedCount: number
  readonly lostCount: number
}
