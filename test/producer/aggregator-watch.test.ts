import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RestartWatch } from '../../src/producer/aggregator-watch.ts'
import { AggregatorState, ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
import type { TelemetryShare } from '../../src/shared/share.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function watched() {
  const share = { control: createControlBlock() } as TelemetryShare
  const control = new Int32Array(share.control)
  const [onRestart, onDown] = [vi.fn(), vi.fn()]
  const watch = new RestartWatch(share)
  watch.start({ onRestart, onDown })
  return { watch, control, onRestart, onDown }
}

test('another aggregator is noticed once, be it up or not', () => {
  const { control, onRestart, onDown } = watched()
  vi.advanceTimersByTime(1_000)
  expect(onRestart).not.toHaveBeenCalled()
  Atomics.store(control, ControlWord.aggregatorState, AggregatorState.restarting)
  vi.advanceTimersByTime(1_000)
  expect(onRestart, 'there is nobody to ask yet').not.toHaveBeenCalled()
  Atomics.add(control, ControlWord.generation, 1)
  vi.advanceTimersByTime(1_000)
  expect(onRestart).toHaveBeenCalledOnce()
  expect(onDown).not.toHaveBeenCalled()
})

test('one that is down for good is noticed, and one that was closed is not called down', () => {
  const { control, onDown } = watched()
  Atomics.store(control, ControlWord.closed, 1)
  Atomics.store(control, ControlWord.aggregatorState, AggregatorState.stopped)
  vi.advanceTimersByTime(1_000)
  expect(onDown).not.toHaveBeenCalled()
  Atomics.store(control, ControlWord.closed, 0)
  vi.advanceTimersByTime(60)
  expect(onDown).toHaveBeenCalledWith(expect.objectContaining({ code: 'OFFLOOP_AGGREGATOR_DOWN' }))
})

test('stopped, it looks no longer', () => {
  const { watch, control, onRestart } = watched()
  watch.stop()
  Atomics.add(control, ControlWord.generation, 1)
  vi.advanceTimersByTime(1_000)
  expect(onRestart).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
