/** The metrics of the soak run, by who records them. */

/** Main thread: latencies by route, and by sessions that come up to the limit of series. */
export const REQUEST = 'soak_request'
export const SESSION = 'soak_session'
export const MARK = 'soak_mark'
export const LEVEL = 'soak_level'
export const OVERLOAD = 'soak_overload'
/** Counted in cells … */
export const HITS = 'soak_hits'
/** … and through the lane, as its increments are no whole numbers. */
export const SHARES = 'soak_shares'
export const SHARE_INCREMENT = 0.5

/** Worker threads, by what becomes of them. */
export const THREAD_WORK = 'soak_thread_work'
export const THREAD_HITS = 'soak_thread_hits'
/** Begun and never ended. */
export const THREAD_MARK = 'soak_thread_mark'

/** Threads of a pool. */
export const TASK = 'soak_task'
export const TASKS = 'soak_tasks'

/** Series of one metric at most; sessions try for more. */
export const SERIES_MAX = 100
