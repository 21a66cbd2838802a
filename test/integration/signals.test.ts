/** What can be seen of the signals without sending one. What they do: test/fault/exits. */
import type { EndingSignal } from 'offloop'
import { expect, test } from 'vitest'
import { codeOf, liveTelemetry, thrownBy } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

const listenerCounts = (signals: readonly string[]) => signals.map(signal => process.listenerCount(signal))

test.each(
  [
    [],
    'SIGTERM',
    null,
    [null],
    ['SIGKILL'],
    ['SIGSTOP'],
    ['SIGUSR1'],
    ['SIGWINCH'],
    ['sigterm'],
    ['SIGTERM', 'SIGTREM'],
    [15],
  ].map(signals => ({ signals })),
)('what is no list of signals that end a process is refused: $signals', ({ signals }) => {
  const telemetry = liveTelemetry()
  const before = listenerCounts(['SIGTERM', 'SIGKILL', 'SIGTREM'])
  const error = thrownBy(() => telemetry.closeOnSignals(signals as never))
  expect(codeOf(error)).toBe('OFFLOOP_SIGNAL')
  expect(listenerCounts(['SIGTERM', 'SIGKILL', 'SIGTREM'])).toEqual(before)
})

test('it listens once however many telemetries there are, and no longer than they do', async () => {
  const signals: EndingSignal[] = ['SIGTERM', 'SIGHUP']
  const before = listenerCounts(signals)
  const [first, second] = [liveTelemetry(), liveTelemetry()]
  const removes = [first.closeOnSignals(signals), second.closeOnSignals(signals), second.closeOnSignals()]
  // What the caller does with the array afterwards changes nothing.
  signals.pop()
  const listened = listenerCounts(['SIGTERM', 'SIGHUP'])
  expect(listened).toEqual(before.map(count => count + 1))
  removes[0]!()
  removes[0]!()
  removes[1]!()
  expect(listenerCounts(['SIGTERM', 'SIGHUP'])).toEqual([before[0]! + 1, before[1]])
  await second.close()
  expect(listenerCounts(['SIGTERM', 'SIGHUP'])).toEqual(before)
  expect(codeOf(thrownBy(() => second.closeOnSignals()))).toBe('OFFLOOP_CLOSED')
})

test('a worker thread, which hears no signals, is told so', async () => {
  const thread = new ToldThread()
  const code = await thread.run(({ offloop }) => {
    const telemetry = offloop.createTelemetry({ service: 'thread' })
    try {
      telemetry.closeOnSignals()
      return 'accepted'
    } catch (error) {
      return (error as { code: string }).code
    }
  })
  expect(code).toBe('OFFLOOP_SIGNAL')
})
