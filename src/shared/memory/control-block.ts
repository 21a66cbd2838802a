/** The control block: the few words that every thread of a telemetry shares. */

// byte  size  type  writer      word
//    0     4  i32   any         next lane id (Atomics.add)
//    4     4  i32   creator     1 once the telemetry is closed
//    8     4  i32   creator     number of the latest final flush asked for
//   12     4  i32   creator     lines for the log that it has taken, wraps
//   16     4  i32   creator     aggregators started so far
//  128     4  u32   aggregator  coarse clock, milliseconds since the origin, wraps
//  132     4  i32   in turn     state of the aggregator: its own while it runs, the creator's while there is none
//  136     4  i32   aggregator  number of the final flush it has begun
//  140     4  i32   aggregator  number of the final flush it has done: stored after what came of it
//  144     4  u32   aggregator  what came of it: samples lost since the start, 2^32 - 1 at most
//  148     4  i32   aggregator  what came of it: 1 when the snapshot file was to be written and was not
//  256     4  i32   any         1 while a producer wants the aggregator to wake
export const ControlWord = {
  nextLaneId: 0,
  closed: 1,
  finalRequest: 2,
  logTaken: 3,
  generation: 4,
  clockMs: 32,
  aggregatorState: 33,
  finalBegun: 34,
  finalDone: 35,
  finalLost: 36,
  finalFileFailed: 37,
  wake: 64,
} as const

/** `booting`: there is a thread that is not up yet. `restarting`: it has died, and the creating thread will start
 *  another: when its loop turns, or at its exit. `stopped`: down for good. `closed`: it was told to end, has taken everything,
 *  and has written its file. */
export const AggregatorState = { booting: 0, running: 1, stopped: 2, restarting: 3, closed: 4 } as const

export const CONTROL_BLOCK_BYTES = 384

export function createControlBlock(): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL_BLOCK_BYTES)
}

/** Asks the aggregator to tick now. Costs one load when it has been asked already. */
export function wakeAggregator(control: Int32Array): void {
  if (Atomics.load(control, ControlWord.wake) === 1) return
  Atomics.store(control, ControlWord.wake, 1)
  Atomics.notify(control, ControlWord.wake)
}
