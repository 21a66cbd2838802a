/** The control block: the few words that every thread of a telemetry shares. */

// byte  size  type  writer      word
//    0     4  i32   any         next lane id (Atomics.add)
//    4     4  i32   creator     1 once the telemetry is closed
//  128     4  u32   aggregator  coarse clock, milliseconds since the origin, wraps
//  132     4  i32   aggregator  state of the aggregator
//  256     4  i32   any         1 while a producer wants the aggregator to wake
export const ControlWord = { nextLaneId: 0, closed: 1, clockMs: 32, aggregatorState: 33, wake: 64 } as const

export const AggregatorState = { booting: 0, running: 1, stopped: 2 } as const

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
