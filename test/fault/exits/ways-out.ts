/** Every way out of a process, what is promised for it, and how that is seen from outside. `docs/reliability.md` lists the
 *  same rows. */
import { expect } from 'vitest'
import { OLDER_SNAPSHOT, recordedBy, totalIn, type WayOut, type WayOutEnd } from './run-way-out.ts'

export interface WayOutRow extends WayOut {
  /** The way, as the documents name it. */
  readonly name: string
  /** What differs from the same program without offloop, besides the snapshot file; nothing unless it is said. */
  readonly differs?: 'stderr' | 'signal'
  readonly check: (end: WayOutEnd) => void
}

const SNAPSHOT = 'snapshot.json'
/** What a busy machine may add to a wait: less than the bound of the rows that are given up before it. */
const SLACK_MS = 6_000

/** The file holds all that was recorded, samples and increments, and nothing else was left behind. */
function everythingIn(name = SNAPSHOT) {
  return (end: WayOutEnd) => {
    expect(Object.keys(end.files)).toEqual([name])
    expect(recordedBy(end)).toBeGreaterThan(0)
    expect(totalIn(end.files[name], 'echo')).toBe(recordedBy(end))
    const increments = totalIn(end.files[name], 'hits')
    if (increments !== undefined) expect(increments).toBe(recordedBy(end))
  }
}

/** Nothing is promised but that the file of an earlier run is what it was. */
function olderIsIntact(end: WayOutEnd): void {
  expect(end.files).toEqual({ [SNAPSHOT]: OLDER_SNAPSHOT })
}

function olderIsIntactAnd(check: (end: WayOutEnd) => void) {
  return (end: WayOutEnd) => {
    olderIsIntact(end)
    check(end)
  }
}

function saysOnStderr(...lines: RegExp[]) {
  return ({ stderr }: WayOutEnd) => {
    const said = stderr.split('\n').filter(line => line !== '')
    expect(said).toEqual(lines.map(line => expect.stringMatching(line)))
  }
}

const endedBy = (signal: NodeJS.Signals) => (end: WayOutEnd) => {
  expect(end).toMatchObject({ code: null, signal })
}

function all(...checks: ((end: WayOutEnd) => void)[]) {
  return (end: WayOutEnd) => {
    for (const check of checks) check(end)
  }
}

export const WAYS_OUT: readonly WayOutRow[] = [
  { name: 'normal end', way: 'normal end', check: everythingIn() },
  { name: '`close()`', way: 'close', check: everythingIn() },
  {
    name: '`close()` not awaited, then `process.exit()`',
    way: 'close not awaited, then exit',
    check: everythingIn(),
  },
  { name: '`beforeExit`, recording in it', way: 'beforeExit', check: everythingIn() },
  { name: '`process.exit()` in the middle of a burst', way: 'exit in a burst', check: everythingIn() },
  { name: 'uncaught exception', way: 'uncaught exception', check: everythingIn() },
  { name: 'unhandled rejection', way: 'unhandled rejection', check: everythingIn() },
  {
    name: 'exit before the aggregator is up',
    way: 'exit before the worker is up',
    check: end => {
      expect(end.said[0]).toEqual({ aggregator: 'booting' })
      everythingIn()(end)
    },
  },
  {
    name: 'exit of a loop that was blocked until then',
    way: 'exit of a blocked loop',
    options: { laneCapacity: 2 ** 24 },
    check: everythingIn(),
  },
  {
    name: '`process.exit()` in an exit handler that comes before ours',
    way: 'exit in an exit handler',
    check: everythingIn(),
  },
  {
    name: 'exit handler that records, older than the telemetry',
    way: 'early exit handler that records',
    check: everythingIn(),
  },
  { name: 'exit handlers that record', way: 'exit handlers that record', check: everythingIn() },
  { name: 'exit handler that throws', way: 'exit handler that throws', check: everythingIn() },
  {
    name: 'exit with counters only',
    way: 'counters only',
    check: end => expect(totalIn(end.files[SNAPSHOT], 'hits')).toBe(1_000),
  },
  {
    name: 'exit with nothing recorded and no file',
    way: 'nothing recorded',
    check: end => expect(end.files).toEqual({}),
  },
  {
    name: 'exit with several telemetries',
    way: 'several telemetries',
    check: end => {
      expect(Object.keys(end.files).sort()).toEqual(['.1', '.2', '.3'].map(suffix => SNAPSHOT + suffix))
      for (const text of Object.values(end.files)) expect(totalIn(text, 'echo')).toBe(1_000)
    },
  },
  {
    name: 'exit while attached threads record',
    way: 'attached threads record',
    check: end => {
      // What the threads went on to record meanwhile is in it as well.
      expect(totalIn(end.files[SNAPSHOT], 'hits') ?? 1_000).toBe(1_000)
      expect(totalIn(end.files[SNAPSHOT], 'echo')).toBeGreaterThanOrEqual(recordedBy(end))
    },
  },
  {
    name: '`process.exit()` in a worker thread that created a telemetry',
    way: 'thread exits',
    check: everythingIn(),
  },
  { name: 'normal end of such a thread', way: 'thread ends', check: everythingIn() },
  { name: 'uncaught exception in such a thread', way: 'thread throws', check: everythingIn() },
  {
    name: 'SIGTERM with the helper',
    way: 'signal with the helper',
    signals: ['SIGTERM'],
    check: all(everythingIn(), endedBy('SIGTERM')),
  },
  {
    name: 'SIGINT with the helper',
    way: 'signal with the helper',
    signals: ['SIGINT'],
    check: all(everythingIn(), endedBy('SIGINT')),
  },
  {
    name: 'another signal with the helper, on request',
    way: 'SIGHUP with the helper',
    signals: ['SIGHUP'],
    check: all(everythingIn(), endedBy('SIGHUP')),
  },
  {
    name: 'a second signal while the first is waited for',
    way: 'signal to frozen',
    signals: ['SIGTERM', 'SIGINT'],
    options: { exitTimeoutMs: 60_000 },
    hasOlderSnapshot: true,
    // Without offloop it is the first that ends it.
    differs: 'signal',
    check: olderIsIntactAnd(endedBy('SIGINT')),
  },
  {
    name: 'a signal with the helper, the aggregator frozen',
    way: 'signal to frozen',
    signals: ['SIGTERM'],
    options: { exitTimeoutMs: 1_000 },
    hasOlderSnapshot: true,
    differs: 'stderr',
    check: all(
      olderIsIntact,
      endedBy('SIGTERM'),
      saysOnStderr(/^offloop: at SIGTERM, 100 samples lost or not taken over: .* within 1000 ms$/),
      end => expect(end.lingeredMs).toBeLessThan(1_000 + SLACK_MS),
    ),
  },
  {
    name: 'a signal the application listens to',
    way: 'signal with a handler',
    signals: ['SIGTERM'],
    check: all(everythingIn(), endedBy('SIGKILL'), end => expect(end.said.at(-1)).toEqual({ total: 1_000 })),
  },
  {
    name: 'a signal the application listens to once',
    way: 'signal with a handler for once',
    signals: ['SIGTERM'],
    check: all(everythingIn(), endedBy('SIGKILL'), end => expect(end.said.at(-1)).toEqual({ total: 1_000 })),
  },
  {
    name: 'a signal that a library listens to, which ends the process if nobody else does',
    way: 'signal with a library that cleans up',
    signals: ['SIGTERM'],
    check: all(everythingIn(), endedBy('SIGTERM')),
  },
  {
    name: 'a signal with two copies of offloop, each with the helper',
    way: 'signal with two copies',
    signals: ['SIGTERM'],
    check: all(endedBy('SIGTERM'), end => {
      expect(totalIn(end.files[SNAPSHOT], 'echo')).toBe(1_000)
      expect(totalIn(end.files[`${SNAPSHOT}.copy`], 'echo')).toBe(1)
    }),
  },
  {
    name: 'a signal after the helper was taken back',
    way: 'signal after the helper was taken back',
    signals: ['SIGINT'],
    hasOlderSnapshot: true,
    check: olderIsIntactAnd(endedBy('SIGINT')),
  },
  {
    name: 'a signal after `close()`',
    way: 'signal after close',
    signals: ['SIGTERM'],
    check: all(everythingIn(), endedBy('SIGTERM')),
  },
  {
    name: 'SIGTERM without the helper',
    way: 'signal without the helper',
    signals: ['SIGTERM'],
    hasOlderSnapshot: true,
    check: olderIsIntactAnd(endedBy('SIGTERM')),
  },
  {
    name: 'SIGKILL',
    way: 'signal without the helper',
    signals: ['SIGKILL'],
    hasOlderSnapshot: true,
    check: olderIsIntactAnd(endedBy('SIGKILL')),
  },
  {
    name: '`process.abort()`',
    way: 'abort',
    hasOlderSnapshot: true,
    // The trace names addresses, which differ from run to run.
    differs: 'stderr',
    check: olderIsIntactAnd(endedBy('SIGABRT')),
  },
  {
    name: 'heap exhausted',
    way: 'heap exhausted',
    nodeArguments: ['--max-old-space-size=40'],
    hasOlderSnapshot: true,
    differs: 'stderr',
    check: all(olderIsIntact, endedBy('SIGABRT'), ({ stderr }) =>
      expect(stderr).toContain('heap out of memory'),
    ),
  },
  {
    name: 'exit with the aggregator frozen',
    way: 'aggregator frozen',
    hasOlderSnapshot: true,
    differs: 'stderr',
    check: all(
      olderIsIntact,
      saysOnStderr(
        /^offloop: at exit, 100 samples and 100 increments of counters of this thread not taken over, and the snapshot file \S+ not written: the aggregator has given no sign of life for 500 ms$/,
      ),
      end => expect(end.lingeredMs).toBeLessThan(500 + SLACK_MS),
    ),
  },
  {
    name: 'exit with the aggregator frozen, and a short bound',
    way: 'aggregator frozen',
    options: { exitTimeoutMs: 50 },
    hasOlderSnapshot: true,
    differs: 'stderr',
    check: olderIsIntactAnd(saysOnStderr(/ not written: the aggregator has not answered within 50 ms$/)),
  },
  {
    name: 'exit with several telemetries that all hang: one bound for all',
    way: 'several that hang',
    options: { exitTimeoutMs: 4_000 },
    differs: 'stderr',
    check: all(
      end => expect(end.files).toEqual({}),
      saysOnStderr(
        ...['.1', '.2', '.3'].map(() => /not written: the aggregator has not answered within 4000 ms$/),
      ),
      // One after the other they would take twelve seconds.
      end => expect(end.lingeredMs).toBeLessThan(4_000 + SLACK_MS),
    ),
  },
  {
    name: 'exit with a disk that hangs',
    way: 'disk hangs',
    options: { exitTimeoutMs: 1_500 },
    hasOlderSnapshot: true,
    differs: 'stderr',
    check: all(
      olderIsIntact,
      saysOnStderr(
        /^offloop: at exit, the snapshot file \S+ not written: .* has not answered within 1500 ms$/,
      ),
      end => expect(end.lingeredMs).toBeLessThan(1_500 + SLACK_MS),
    ),
  },
  {
    name: 'exit with the aggregator dead',
    way: 'aggregator dead',
    hasOlderSnapshot: true,
    differs: 'stderr',
    check: olderIsIntactAnd(
      saysOnStderr(
        /^offloop: the aggregator thread died and is started again/,
        /^offloop: at exit, 100 samples and 100 increments of counters of this thread not taken over, .*: the aggregator is down$/,
      ),
    ),
  },
  {
    name: 'exit with the aggregator dead, and its death not yet noticed',
    way: 'aggregator dies at exit',
    hasOlderSnapshot: true,
    differs: 'stderr',
    check: olderIsIntactAnd(saysOnStderr(/ 100 samples and 100 increments .* no sign of life for 500 ms$/)),
  },
  {
    name: '`exitTimeoutMs: 0`',
    way: 'normal end',
    options: { exitTimeoutMs: 0 },
    hasOlderSnapshot: true,
    check: olderIsIntact,
  },
  {
    name: 'samples that found the lane full, with `overflow: drop`',
    way: 'exit of a blocked loop',
    options: { laneCapacity: 16, overflow: 'drop' },
    differs: 'stderr',
    check: end => {
      const total = totalIn(end.files[SNAPSHOT], 'echo') ?? 0
      const lost = recordedBy(end) - total
      expect(totalIn(end.files[SNAPSHOT], 'hits')).toBe(recordedBy(end))
      expect(end.stderr).toContain(`offloop: ${lost.toLocaleString('en-US')} samples lost since the start`)
    },
  },
  {
    name: 'a snapshot file that cannot be written, at exit',
    way: 'uncaught exception',
    file: 'missing/snapshot.json',
    differs: 'stderr',
    check: end => {
      expect(end.files).toEqual({})
      const [first, ...rest] = end.stderr.split('\n')
      expect(first).toMatch(/^offloop: the snapshot file \S+ was not written: ENOENT/)
      expect(rest.join('\n')).toMatch(/^\S+way-out\.mjs:\d+\n {4}throw new Error\('the program fails'\)/)
    },
  },
  {
    name: 'a snapshot file that cannot be written, at `close()`',
    way: 'close',
    file: 'missing/snapshot.json',
    differs: 'stderr',
    check: end => {
      saysOnStderr(/^offloop: the snapshot file \S+ was not written: ENOENT/)(end)
      expect(end).toMatchObject({ code: 0, files: {} })
      expect(end.said.at(-1)).toMatchObject({
        ok: false,
        lost: 0,
        timedOut: false,
        snapshotFileError: expect.stringContaining('ENOENT'),
      })
    },
  },
  {
    name: "the aggregator's last lines, with a `log` function whose loop has ended",
    way: 'lines for the log',
    differs: 'stderr',
    check: ({ stderr }) => expect(stderr).toMatch(/^offloop: SLO violated: echo max<1ms: max is 100 ms/),
  },
]
