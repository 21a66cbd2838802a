/** The part of autocannon that the demo uses: it comes without types. */
declare module 'autocannon' {
  interface Options {
    url: string
    connections: number
    /** Seconds. */
    duration: number
    /** Milliseconds between its samples, and between its looks at whether to stop. */
    sampleInt: number
    requests: readonly { method: 'GET'; path: string }[]
  }

  interface Result {
    requests: { total: number; sent: number }
    latency: { p50: number; p99: number; max: number }
    errors: number
    timeouts: number
    non2xx: number
    /** Seconds. */
    duration: number
  }

  interface Instance {
    once(event: 'start', listener: () => void): void
    stop(): void
  }

  function autocannon(options: Options, callback: (error: Error | null, result: Result) => void): Instance

  export = autocannon
}
