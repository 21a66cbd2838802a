import type { LaneSnapshot, SeriesSnapshot, TelemetrySnapshot } from 'offloop'
import { expect, test } from 'vitest'
import { Accounts, checkLane } from './accounts.ts'

const LANE = { laneId: 0, threadId: 7, recorded: 10, drained: 8, dropped: 2, pending: 0 }

function snapshotOf(
  series: Partial<SeriesSnapshot>[],
  lost = 0,
  lanes: object[] = [LANE],
): TelemetrySnapshot {
  const whole = series.map(one => ({ metric: 'work', total: 0, totalSum: 0, lost: 0, ...one }))
  return {
    series: whole as SeriesSnapshot[],
    lost,
    lanes: lanes as LaneSnapshot[],
  } as unknown as TelemetrySnapshot
}

function accountsOf(count: number, sum: number, incrementOfLost?: number): Accounts {
  const accounts = new Accounts()
  accounts.open('work', incrementOfLost)
  accounts.add('work', count, sum)
  return accounts
}

test('everything that was recorded has arrived, over all series of a metric', () => {
  const accounts = accountsOf(10, 55)
  expect(
    accounts.check(
      snapshotOf([
        { total: 4, totalSum: 10 },
        { total: 6, totalSum: 45 },
      ]),
    ),
  ).toEqual([])
})

test('what was dropped is accounted for by its count, what was summarized has arrived', () => {
  const accounts = accountsOf(10, 55)
  expect(accounts.check(snapshotOf([{ total: 8, totalSum: 30, lost: 2 }], 2))).toEqual([])
  const summarized = { total: 10, totalSum: 54.6, summarized: 3 } as Partial<SeriesSnapshot>
  expect(accounts.check(snapshotOf([summarized]))).toEqual([])
})

test.each([
  ['one sample too few', { total: 9, totalSum: 55 }, 0, 'work: 10 recorded, 9 arrived and 0 lost'],
  ['one too many', { total: 11, totalSum: 55 }, 0, 'work: 10 recorded, 11 arrived and 0 lost'],
  ['another sum', { total: 10, totalSum: 54 }, 0, 'work: a sum of 55 recorded, 54 arrived'],
  [
    'a loss that is the lane’s and no series’',
    { total: 10, totalSum: 55 },
    1,
    'lost: 0 of series, 1 of lanes',
  ],
])('found is %s', (_, series, lost, fault) => {
  expect(accountsOf(10, 55).check(snapshotOf([series], lost))).toEqual([fault])
})

test('a counter whose increments go through the lane has lost what each would have added', () => {
  expect(accountsOf(5, 5, 0.5).check(snapshotOf([{ total: 4, totalSum: 4, lost: 2 }], 2))).toEqual([])
  expect(accountsOf(5, 5, 0.5).check(snapshotOf([{ total: 4, totalSum: 4, lost: 1 }], 1))).toHaveLength(1)
})

test('of a terminated thread one sample is in doubt, and no second', () => {
  const accounts = new Accounts()
  accounts.open('work')
  accounts.addRange('work', { count: 9, sum: 40 }, { count: 10, sum: 47 })
  expect(accounts.check(snapshotOf([{ total: 9, totalSum: 40 }]))).toEqual([])
  expect(accounts.check(snapshotOf([{ total: 10, totalSum: 47 }]))).toEqual([])
  expect(accounts.check(snapshotOf([{ total: 8, totalSum: 40 }]))).toHaveLength(1)
  expect(checkLane(snapshotOf([]), 7, 9, 10)).toEqual([])
  expect(checkLane(snapshotOf([]), 7, 11, 12)).toEqual([
    'lane of thread 7: 11 to 12 recorded, 10 by the lane',
  ])
  expect(checkLane(snapshotOf([]), 8, 11, 12), 'a lane that was released').toEqual([])
})

test('a lane whose parts do not make its whole is found, summarized samples included', () => {
  const none = new Accounts()
  expect(none.check(snapshotOf([], 0, [{ ...LANE, drained: 7 }]))).toEqual(['lane 0: 10 ≠ 7 + 0 + 2 + 0'])
  expect(none.check(snapshotOf([], 0, [{ ...LANE, drained: 7, summarized: 1 }]))).toEqual([])
})
