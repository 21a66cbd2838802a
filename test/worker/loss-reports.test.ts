import { describe, expect, test } from 'vitest'
import type { Bus } from '../../src/worker/bus.ts'
import { LossReports } from '../../src/worker/loss-reports.ts'
import { ManualClock } from '../support/manual-clock.ts'

function createReports() {
  const clock = new ManualClock()
  const events: unknown[] = []
  const lines: string[] = []
  const bus = {
    hasReaders: false,
    publish: (topic: string, payload: unknown) => {
      expect(topic).toBe('perf.samples_lost')
      events.push(payload)
    },
  }
  const losses = new LossReports(bus as unknown as Bus, clock, line => lines.push(line))
  return { clock, losses, lines, bus, events, eventsSince: () => events.splice(0) }
}

test('the first loss is reported at once, and nothing when nothing was lost', () => {
  const { losses, clock, eventsSince } = createReports()
  losses.reportDue()
  expect(eventsSince()).toEqual([])
  clock.advance(1_000)
  losses.add(3, 7)
  losses.reportDue()
  expect(eventsSince()).toEqual([{ threadId: 7, count: 3, timestamp: clock.originEpochMs + 1_000 }])
})

test('losses without end are reported once a second for each thread, and the counts add up', () => {
  const { losses, clock, events } = createReports()
  for (let tick = 0; tick < 500; tick++) {
    losses.add(1, 1)
    losses.add(10, 2)
    losses.reportDue()
    clock.advance(10)
  }
  expect(events).toHaveLength(5 * 2)
  losses.report()
  const countOf = (thread: number) =>
    (events as { threadId: number; count: number }[])
      .filter(({ threadId }) => threadId === thread)
      .reduce((sum, { count }) => sum + count, 0)
  expect([countOf(1), countOf(2)]).toEqual([500, 5_000])
})

test('what was lost since the last report is in the next, though its lane is long gone', () => {
  const { losses, clock, eventsSince } = createReports()
  losses.reportDue()
  clock.advance(100)
  losses.add(4, 1)
  losses.reportDue()
  expect(eventsSince()).toEqual([])
  clock.advance(900)
  losses.reportDue()
  expect(eventsSince()).toMatchObject([{ threadId: 1, count: 4 }])
  clock.advance(1_000)
  losses.reportDue()
  expect(eventsSince()).toEqual([])
})

test('asked for, a report does not wait for the second to pass', () => {
  const { losses, eventsSince } = createReports()
  losses.report()
  losses.add(1, 1)
  losses.report()
  expect(eventsSince()).toMatchObject([{ count: 1 }])
})

describe('without readers of the bus', () => {
  test('a loss is said on the log, with what to do about it', () => {
    const { losses, lines } = createReports()
    losses.add(991, 0)
    losses.report()
    expect(lines).toEqual([
      'offloop: 991 samples of thread 0 found no place in their lane; raise laneCapacity, or record less',
    ])
  })

  test('losses without end do not flood it: one line in ten seconds, with the number of those left out', () => {
    const { losses, lines, clock } = createReports()
    for (let second = 0; second < 15; second++) {
      losses.add(1, 1)
      losses.reportDue()
      clock.advance(1_000)
    }
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain('(and 9 more like it since)')
  })
})

test('a loss that somebody listens for is not said on the log', () => {
  const { losses, lines, bus, eventsSince } = createReports()
  bus.hasReaders = true
  losses.add(5, 1)
  losses.report()
  expect(lines).toEqual([])
  expect(eventsSince()).toHaveLength(1)
})
