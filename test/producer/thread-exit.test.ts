import { expect, test, vi } from 'vitest'
import { onThreadExit } from '../../src/producer/thread-exit.ts'

/** What Node does when the thread ends, for the listeners that came since. */
function exit(known: readonly unknown[]): void {
  for (const listener of process.listeners('exit')) if (!known.includes(listener)) listener(0)
}

test('many callbacks cost one listener, so that many telemetries do not look like a leak', () => {
  const known = process.listeners('exit')
  const forgets = Array.from({ length: 50 }, () => onThreadExit(() => {}))
  expect(process.listenerCount('exit')).toBe(known.length + 1)
  for (const forget of forgets) forget()
  expect(process.listeners('exit')).toEqual(known)
})

test('every callback runs once at exit, but those taken back', () => {
  const known = process.listeners('exit')
  const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()]
  const forgets = [first, second, third].map(callback => onThreadExit(callback))
  forgets[1]!()
  forgets[1]!()
  exit(known)
  expect([first, second, third].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1])
  for (const forget of forgets) forget()
})

test('a callback may take itself back while it runs, and the others still run', () => {
  const known = process.listeners('exit')
  const last = vi.fn()
  const forgetFirst = onThreadExit(() => forgetFirst())
  const forgetLast = onThreadExit(last)
  exit(known)
  expect(last).toHaveBeenCalledOnce()
  forgetLast()
  expect(process.listeners('exit')).toEqual(known)
})

test('after all were taken back, a new one is heard again', () => {
  const known = process.listeners('exit')
  onThreadExit(() => {})()
  const callback = vi.fn()
  const forget = onThreadExit(callback)
  exit(known)
  forget()
  expect(callback).toHaveBeenCalledOnce()
})
