/** The cases: small lanes, few samples, every order of accesses. */
import type { AggregatorStep, ProducerStep, Scenario } from './scenario.ts'

const pushes = (count: number): ProducerStep[] => Array.from({ length: count }, () => 'push' as const)
const ticks = (count: number): AggregatorStep[] => Array.from({ length: count }, () => 'tick' as const)

/** Where indices begin: nowhere special, just before 2^31, just before 2^32. */
const PLAIN = 0
const BEFORE_SIGN = 2 ** 31 - 2
const BEFORE_WRAP = 2 ** 32 - 2

const fullLane = (
  capacity: number,
  publishEvery: number,
  firstIndex: number,
  sampleCount: number,
  prefilled = 0,
): Scenario => ({
  name: `${capacity} slots, ${prefilled + sampleCount} samples, published every ${publishEvery}, from ${firstIndex}`,
  capacity,
  firstIndex,
  publishEvery,
  prefilled,
  producer: [...pushes(sampleCount), 'publish'],
  aggregator: ticks(2),
})

/** Cheap ones first: a mistake is looked for in that order. */
export const SCALED_CASES: readonly Scenario[] = [
  {
    name: 'a series registered between samples',
    capacity: 4,
    firstIndex: BEFORE_SIGN,
    publishEvery: 2,
    producer: ['push', 'register', 'push', 'push', 'push', 'publish'],
    aggregator: ticks(2),
  },
  {
    name: 'close of the lane, and of the telemetry',
    capacity: 2,
    firstIndex: BEFORE_WRAP,
    publishEvery: 2,
    producer: [...pushes(2), 'close', 'push'],
    aggregator: ['tick', 'closeTelemetry', 'account'],
  },
  {
    name: 'notice given to a thread that comes back',
    capacity: 4,
    firstIndex: PLAIN,
    publishEvery: 2,
    producer: [...pushes(3), 'publish'],
    aggregator: ['tick', 'retire', 'tick'],
  },
  fullLane(2, 4, BEFORE_SIGN, 3),
  {
    name: 'a heartbeat and a step of the clock between samples',
    capacity: 4,
    firstIndex: BEFORE_WRAP,
    publishEvery: 4,
    producer: ['push', 'push', 'beat', 'push', 'push', 'publish'],
    aggregator: ['tick', 'clock', 'tick'],
  },
  {
    name: 'a reader followed by another on the same lane',
    capacity: 2,
    firstIndex: BEFORE_SIGN,
    publishEvery: 1,
    producer: [...pushes(3), 'publish'],
    aggregator: ['tick', 'adopt', 'tick'],
  },
  fullLane(2, 1, PLAIN, 4),
  fullLane(4, 1, BEFORE_WRAP, 5),
  fullLane(4, 4, PLAIN, 5),
  fullLane(4, 2, BEFORE_SIGN, 4, 2),
  {
    name: 'an aggregator that dies anywhere, and its successor; 2 slots',
    capacity: 2,
    firstIndex: BEFORE_WRAP,
    publishEvery: 1,
    prefilled: 2,
    producer: pushes(1),
    aggregator: ticks(1),
    successor: ticks(1),
  },
  {
    name: 'an aggregator that dies anywhere, and its successor; 4 slots',
    capacity: 4,
    firstIndex: BEFORE_SIGN,
    publishEvery: 1,
    prefilled: 3,
    producer: pushes(2),
    aggregator: ticks(1),
    successor: ticks(1),
  },
]

/** The constants that ship: the lane is all but full when it begins. */
export const SHIPPED_CASES: readonly Scenario[] = [
  {
    name: '16 slots, 14 of them filled before, 3 samples more',
    capacity: 16,
    firstIndex: 2 ** 32 - 15,
    publishEvery: 16,
    prefilled: 14,
    producer: [...pushes(3), 'publish'],
    aggregator: ['tick', 'account'],
  },
]
