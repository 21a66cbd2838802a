/** Runtime metrics in processes of their own: what happens to the process is what is measured. */
import { describe, expect, test } from 'vitest'
import { runMeasured } from './measured-program.ts'

const PER_THREAD = [
  'nodejs.eventloop.delay.max',
  'nodejs.eventloop.delay.mean',
  'nodejs.eventloop.delay.min',
  'nodejs.eventloop.delay.p50',
  'nodejs.eventloop.delay.p90',
  'nodejs.eventloop.delay.p99',
  'nodejs.eventloop.delay.stddev',
  'nodejs.eventloop.time',
  'nodejs.eventloop.utilization',
  'v8js.gc.duration',
  'v8js.memory.external',
  'v8js.memory.heap.limit',
  'v8js.memory.heap.size_limit',
  'v8js.memory.heap.space.available_size',
  'v8js.memory.heap.space.physical_size',
  'v8js.memory.heap.space.size',
  'v8js.memory.heap.used',
  'v8js.resource.active',
]

describe('the event loop', () => {
  test('a block is seen as delay, a busy loop as use, and time adds up', async () => {
    const seen = await runMeasured<{
      quietMin: number
      blockedMax: number
      utilizationMin: number
      utilizationMax: number
      activeSeconds: number
      idleSeconds: number
      before: { active: number; idle: number }
      after: { active: number; idle: number }
    }>('blocks')
    expect(seen.quietMin, "the timer's own 10 ms are no delay").toBeLessThan(0.005)
    expect(seen.blockedMax).toBeGreaterThan(0.98)
    expect(seen.utilizationMax).toBeGreaterThan(0.9)
    expect(seen.utilizationMax).toBeLessThanOrEqual(1)
    expect(seen.utilizationMin).toBeLessThan(seen.utilizationMax)
    expect(seen.activeSeconds).toBeGreaterThan(seen.before.active / 1e3)
    expect(seen.activeSeconds).toBeLessThanOrEqual(seen.after.active / 1e3)
    expect(seen.idleSeconds).toBeLessThanOrEqual(seen.after.idle / 1e3)
  })
})

describe('garbage collections', () => {
  test('every one of a burst is recorded, by type, however many a callback brings', async () => {
    const { expected, recorded, durations, sums, batchMax, afterStop } = await runMeasured<{
      expected: Record<string, number>
      recorded: Record<string, number>
      durations: Record<string, number>
      sums: Record<string, number>
      batchMax: number
      afterStop: number
    }>('collects', ['--expose-gc'])
    expect(batchMax, 'a batch of many').toBeGreaterThan(10)
    expect(expected['minor']).toBeGreaterThanOrEqual(150)
    expect(expected['major']).toBeGreaterThanOrEqual(15)
    expect(recorded).toEqual(expected)
    for (const [type, sum] of Object.entries(sums)) expect(sum).toBeCloseTo(durations[type]!, 9)
    expect(afterStop, 'nothing after stop()').toBe(recorded['major'])
  })
})

interface ProcessReading {
  readonly files?: number
  readonly threads?: number
  readonly rss: number
  readonly user: number
  readonly system: number
  readonly utilizationMax: number
  readonly switches: number
  readonly faults: number
  readonly uptime: number
  readonly usedHeap: number
}

describe('the process', () => {
  test('memory, processor time, files and uptime agree with what the process reads itself', async () => {
    const { before, cpuBefore, during, own, after, kept } = await runMeasured<{
      before: ProcessReading
      cpuBefore: NodeJS.CpuUsage
      during: ProcessReading
      own: { rss: number; cpu: NodeJS.CpuUsage; uptime: number; usedHeap: number }
      after: ProcessReading
      kept: number
    }>('works')
    // Read after the first reading, and before the last.
    expect(before.user).toBeLessThanOrEqual(cpuBefore.user / 1e6)
    expect(during.user).toBeGreaterThan(cpuBefore.user / 1e6)
    expect(during.user).toBeLessThanOrEqual(own.cpu.user / 1e6)
    expect(during.system).toBeLessThanOrEqual(own.cpu.system / 1e6)
    expect(during.utilizationMax).toBeGreaterThan(0)
    expect(during.utilizationMax).toBeLessThanOrEqual(1.1)
    expect(during.rss - before.rss).toBeGreaterThan(kept * 0.8)
    expect(Math.abs(during.rss - own.rss)).toBeLessThan(kept / 4)
    expect(Math.abs(during.usedHeap - own.usedHeap)).toBeLessThan(4e6)
    expect(during.uptime).toBeLessThanOrEqual(own.uptime)
    expect(during.uptime).toBeGreaterThan(before.uptime)
    expect(during.switches).toBeGreaterThan(before.switches)
    expect(during.faults).toBeGreaterThan(before.faults)
    if (process.platform !== 'linux') return
    expect(during.files! - before.files!).toBe(60)
    expect(after.files).toBe(before.files)
    expect(during.threads).toBeGreaterThan(4)
  })

  test('counters go on where the aggregator died', async () => {
    const { readings, restarts } = await runMeasured<{
      readings: { totals: number[]; own: number[] }[]
      restarts: number
    }>('restarts')
    expect(restarts).toBe(2)
    for (const [life, { totals, own }] of readings.entries()) {
      for (const [index, total] of totals.entries()) {
        expect(total, 'counted once').toBeLessThanOrEqual(own[index]!)
        expect(total, 'never back').toBeGreaterThan(readings[life - 1]?.totals[index] ?? 0)
      }
    }
  })
})

describe('threads', () => {
  test('each is measured by itself, also while it is blocked, and may end', async () => {
    const { metrics, metricsOfMain, mainMax, closed } = await runMeasured<{
      metrics: string[]
      metricsOfMain: string[]
      mainMax: number
      closed: unknown
    }>('threads', ['--expose-gc'])
    expect(metrics).toEqual(PER_THREAD)
    expect(metricsOfMain).toEqual(expect.arrayContaining(metrics.filter(name => name !== 'v8js.gc.duration')))
    expect(mainMax, 'the other loop was blocked').toBeLessThan(0.5)
    expect(closed).toEqual({ ok: true, lost: 0 })
  })

  test('one may be measured alone, and ends with the telemetry', async () => {
    const { names, ok } = await runMeasured<{ names: string[]; ok: boolean }>('attached-alone')
    expect(names.some(name => name.startsWith('process.'))).toBe(false)
    expect(ok).toBe(true)
  })
})

describe('the end', () => {
  test('a process that has nothing else to do ends', async () => {
    expect(await runMeasured('forgets')).toEqual({ ready: true })
  })

  test('nothing goes on after close, also when that comes while it is loading', async () => {
    expect(await runMeasured('closes')).toEqual({
      lines: [],
      first: 0,
      second: 0,
      resources: expect.not.arrayContaining(['Timeout', 'MessagePort']),
    })
  })
})
