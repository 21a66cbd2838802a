/** The cases: small lanes, few samples, every order of accesses. */
import type { AggregatorStep, ProducerStep, Scenario } from './scenario.ts'

/** A scenario, and how far its exploration has to get. */
export interface Case extends Scenario {
  /** Neither more nor fewer: a change of the lane's accesses changes it, and nothing else does. */
  readonly states: number
  /** Orders of all accesses, up to the end. */
  readonly schedules: string
  /** Samples that one store made visible, at most. */
  readonly batchMax: number
}

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
  // Where every sample is published there is nothing left to publish in the end.
  producer: publishEvery === 1 ? pushes(sampleCount) : [...pushes(sampleCount), 'publish'],
  aggregator: ticks(2),
})

/** Cheap ones first: a mistake is looked for in that order. */
export const SCALED_CASES: readonly Case[] = [
  {
    name: 'notice given to a thread within its first two samples',
    capacity: 4,
    firstIndex: PLAIN,
    publishEvery: 2,
    producer: pushes(2),
    aggregator: ['tick', 'retire', 'clock', 'tick'],
    states: 8_410,
    schedules: '5.4e+11',
    batchMax: 1,
  },
  {
    name: 'close in the middle of a batch',
    capacity: 4,
    firstIndex: BEFORE_WRAP,
    publishEvery: 4,
    producer: [...pushes(3), 'close', 'push'],
    aggregator: ['tick', 'account'],
    states: 3_406,
    schedules: '2.3e+12',
    batchMax: 1,
  },
  {
    name: 'notice, and a step of the clock, in the middle of a batch',
    capacity: 4,
    firstIndex: BEFORE_SIGN,
    publishEvery: 2,
    prefilled: 2,
    producer: pushes(2),
    aggregator: ['retire', 'clock', 'tick'],
    states: 30_104,
    schedules: '6.7e+11',
    batchMax: 2,
  },
  {
    name: 'a series registered between samples',
    capacity: 4,
    firstIndex: BEFORE_SIGN,
    publishEvery: 2,
    producer: ['push', 'register', 'push', 'push', 'push', 'publish'],
    aggregator: ticks(2),
    states: 11_940,
    schedules: '5.6e+15',
    batchMax: 2,
  },
  {
    name: 'close of the lane, and of the telemetry',
    capacity: 2,
    firstIndex: BEFORE_WRAP,
    publishEvery: 2,
    producer: [...pushes(2), 'close', 'push'],
    aggregator: ['tick', 'closeTelemetry', 'account'],
    states: 3_747,
    schedules: '9.6e+11',
    batchMax: 1,
  },
  {
    name: 'notice given to a thread that comes back, and is heard',
    capacity: 4,
    firstIndex: PLAIN,
    publishEvery: 2,
    prefilled: 1,
    producer: [...pushes(2), 'publish'],
    aggregator: ['tick', 'retire', 'clock', 'tick', 'hear'],
    states: 49_600,
    schedules: '1.0e+15',
    batchMax: 1,
  },
  {
    ...fullLane(2, 4, BEFORE_SIGN, 3),
    states: 19_991,
    schedules: '4.3e+15',
    batchMax: 1,
  },
  {
    name: 'a heartbeat and a step of the clock between samples',
    capacity: 4,
    firstIndex: BEFORE_WRAP,
    publishEvery: 4,
    prefilled: 1,
    producer: ['push', 'beat', 'push', 'push'],
    aggregator: ['tick', 'clock', 'tick'],
    states: 62_406,
    schedules: '1.1e+16',
    batchMax: 2,
  },
  {
    name: 'a reader followed by another on the same lane',
    capacity: 2,
    firstIndex: BEFORE_SIGN,
    publishEvery: 1,
    producer: pushes(3),
    aggregator: ['tick', 'adopt', 'tick'],
    states: 42_886,
    schedules: '2.9e+20',
    batchMax: 1,
  },
  {
    ...fullLane(2, 1, PLAIN, 3, 1),
    states: 42_451,
    schedules: '4.4e+18',
    batchMax: 1,
  },
  {
    ...fullLane(4, 1, BEFORE_WRAP, 5),
    states: 30_679,
    schedules: '4.0e+18',
    batchMax: 1,
  },
  {
    ...fullLane(4, 4, PLAIN, 5),
    states: 31_257,
    schedules: '8.5e+18',
    batchMax: 2,
  },
  {
    ...fullLane(8, 4, BEFORE_WRAP, 5, 4),
    states: 32_567,
    schedules: '3.3e+20',
    batchMax: 4,
  },
  {
    name: 'an aggregator that dies anywhere, and its successor; 2 slots',
    capacity: 2,
    firstIndex: BEFORE_WRAP,
    publishEvery: 1,
    prefilled: 2,
    producer: pushes(1),
    aggregator: ticks(1),
    successor: ticks(1),
    states: 33_677,
    schedules: '2.1e+12',
    batchMax: 1,
  },
  {
    ...fullLane(4, 2, BEFORE_WRAP, 5, 1),
    states: 81_607,
    schedules: '2.3e+22',
    batchMax: 2,
  },
  {
    name: 'an aggregator that dies anywhere, and its successor; 4 slots',
    capacity: 4,
    firstIndex: BEFORE_SIGN,
    publishEvery: 1,
    prefilled: 4,
    producer: pushes(1),
    aggregator: ticks(1),
    successor: ticks(1),
    states: 77_432,
    schedules: '2.9e+13',
    batchMax: 1,
  },
]

/** A full lane that summarizes, as shipped but for its two slots: the header is there, and one sample has been added. */
const SUMMARIZING = {
  capacity: 2,
  firstIndex: BEFORE_WRAP,
  publishEvery: 1,
  prefilled: 2,
  summarized: 1,
  summaryPages: 4,
  seriesCount: 1,
} as const

/** Those of the scaled-down ones that summarize. */
export const SUMMARY_CASES: readonly Case[] = [
  {
    ...SUMMARIZING,
    name: 'a sample that is summarized while the summary is read',
    producer: pushes(1),
    aggregator: ticks(1),
    states: 34_486,
    schedules: '7.5e+39',
    batchMax: 1,
  },
  {
    ...SUMMARIZING,
    name: 'a sample that is summarized while the summary is read, and read again',
    producer: pushes(1),
    aggregator: ticks(2),
    states: 74_094,
    schedules: '8.0e+48',
    batchMax: 1,
  },
]

/** The constants that ship: the lane is all but full when it begins, or has had its first bursts. */
export const SHIPPED_CASES: readonly Case[] = [
  {
    name: '16 slots, 14 of them filled before, 3 samples more',
    capacity: 16,
    firstIndex: 2 ** 32 - 15,
    publishEvery: 16,
    prefilled: 14,
    producer: [...pushes(3), 'publish'],
    aggregator: ['tick', 'account'],
    states: 6_111,
    schedules: '1.0e+20',
    batchMax: 1,
  },
  {
    name: '16 slots, 128 samples drained before, 6 samples more',
    capacity: 16,
    firstIndex: 2 ** 32 - 130,
    publishEvery: 16,
    drained: 128,
    producer: [...pushes(6), 'publish'],
    aggregator: ['tick', 'account'],
    states: 966,
    schedules: '1.2e+10',
    batchMax: 4,
  },
]
