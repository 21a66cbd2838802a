/** What every library has to measure of a request: the same three metrics and the same three labels. */

export const LABEL_NAMES = ['method', 'route', 'status'] as const

/** The server's routes; the load goes through them in turn. */
export const ROUTES = [
  '/',
  '/users',
  '/users/me',
  '/orders',
  '/orders/last',
  '/search',
  '/login',
  '/health',
] as const

/** One library, at work in a server. Each is used as its documentation has it. */
export interface Instruments {
  /** A request has come: the gauge of requests in flight rises. */
  begin(): void
  /** It is over: the gauge falls, its duration goes into a histogram, and a counter counts it, both by label. */
  end(durationMs: number, method: string, route: string, status: number): void
  /** What a scrape asks for, on the server's thread. */
  read(): Promise<unknown>
  /** Ends it, and tells what arrived. */
  close?(): Promise<ArrivedCounts>
}

export interface ArrivedCounts {
  /** In the histogram. */
  readonly recorded: number
  /** In the counter. */
  readonly counted: number
  readonly lost: number
}

/** @param seriesBefore series of the histogram that there are already: as in a server that has run for a while, and
 *  has more routes, methods and statuses than this one */
export type CreateInstruments = (seriesBefore: number) => Instruments | Promise<Instruments>

/** The labels of such a series. Its route is none of the server's. */
export function labelsBefore(index: number) {
  return { method: 'GET', route: `/before/${index}`, status: '200' } as const
}
