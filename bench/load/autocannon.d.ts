/** The part of autocannon that the bench uses: it comes without types. */
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
    errors: number
    timeouts: number
    non2xx: number
  }

  interface Instance {
    on(event: 'response', listener: () => void): void
  }

  function autocannon(options: Options, callback: (error: Error | null, result: Result) => void): Instance

  export = autocannon
}
