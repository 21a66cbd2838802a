import { describe, expect, test } from 'vitest'
import { STATE_MAGIC } from '../../../src/shared/memory/state-layout.ts'
import { StateReader, StateWriter } from '../../../src/shared/statistics/saved-state.ts'
import { RecordKind, RecordTable } from '../../../src/worker/state/record-table.ts'
import { createDurableLanes, imageOf } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRandom } from '../../support/random.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

/** Room for the header, one block of records, and so much more. */
function createSmallState(roomBytes: number): SharedArrayBuffer {
  const bytes = 8_192 + 65_536 + roomBytes
  const state = new SharedArrayBuffer(bytes, { maxByteLength: bytes })
  new Float64Array(state, 0, 1)[0] = STATE_MAGIC
  return state
}

function openRecords(state: SharedArrayBuffer): RecordTable {
  const records = new RecordTable(state)
  records.memory.open()
  return records
}

describe('records', () => {
  const write = (records: RecordTable, index: number, numbers: readonly number[]) => {
    const writer = new StateWriter()
    records.begin(index, writer)
    for (const number of numbers) writer.write(number)
    records.put(index, writer)
  }

  test('hold what was written up to the last commit, whatever was begun after it', () => {
    const random = createRandom(7)
    const state = createSmallState(2 ** 20)
    let records = openRecords(state)
    const indices = Array.from({ length: 20 }, () => records.add(RecordKind.lane))
    let committed = indices.map(() => [] as number[])
    for (let round = 0; round < 500; round++) {
      const written = committed.map(numbers => [...numbers])
      for (let count = random.below(6); count > 0; count--) {
        const which = random.below(indices.length)
        written[which] = Array.from({ length: random.below(200) }, () => random.next())
        write(records, indices[which]!, written[which])
      }
      if (random.below(3) > 0) {
        records.commit()
        committed = written
      } else if (records.isCommitted || round > 0) {
        // Its thread is gone: what it had begun does not count.
        records = openRecords(state)
      }
      const found = indices.map(index => [...(records.read(index) ?? [])])
      if (round > 5) expect(found).toEqual(committed)
      if (round <= 5) {
        records.commit()
        committed = indices.map(index => [...(records.read(index) ?? [])])
      }
    }
  })

  test('use memory again: a thousand rewrites and restarts take no more than a few', () => {
    const state = new SharedArrayBuffer(2 ** 20, { maxByteLength: 2 ** 26 })
    new Float64Array(state, 0, 1)[0] = STATE_MAGIC
    let records = openRecords(state)
    const index = records.add(RecordKind.monitor)
    for (let round = 0; round < 1_000; round++) {
      write(
        records,
        index,
        Array.from({ length: (round * 37) % 4_000 }, (_, at) => at),
      )
      records.commit()
      if (round % 10 === 0) records = openRecords(state)
    }
    expect(state.byteLength).toBe(2 ** 20)
  })

  test('that were cleared are used again, for the same kind', () => {
    const records = openRecords(createSmallState(2 ** 16))
    const first = records.add(RecordKind.lane)
    write(records, first, [1])
    records.commit()
    records.clear(first, new StateWriter())
    records.commit()
    expect([records.add(RecordKind.totals), records.add(RecordKind.lane)]).toEqual([first + 1, first])
  })
})

test('numbers written are the numbers read, wherever the memory they are given ends', () => {
  for (let room = 0; room < 12; room++) {
    const writer = new StateWriter()
    writer.begin(new Float64Array(room))
    writer.write(1)
    writer.writeAll(Float64Array.of(2, 3, 4))
    writer.writeQuad(5, 6, 7, 8)
    writer.writeAll(Float64Array.of(9, 10, 11), 2)
    expect(writer.isOverflown).toBe(room < 10)
    const reader = new StateReader(writer.written)
    expect([reader.read(), ...reader.readAll(5), ...reader.readQuad()]).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ])
  }
})

test('when the state memory runs out, everything is counted on, lanes have room, and a successor begins anew', () => {
  const share = createShare({ laneCapacity: 64, windowCapacity: 1_000, maxSeriesPerMetric: 200 })
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createSmallState(50_000), lanes: announcements }
  const aggregator = createDurableLanes(share, memories, clock)
  const requests = recorder.latency('request', { labelNames: ['n'] })
  let recorded = 0
  for (let round = 0; round < 200; round++) {
    clock.advance(200)
    for (let sample = 0; sample < 40; sample++) {
      requests.labels({ n: `${sample}` }).record(sample)
      recorded += 1
    }
    recorder.publish()
    aggregator.drain()
  }
  expect(aggregator.givenUpCount()).toBe(1)
  const [lane] = aggregator.lanes.snapshot(0)
  expect(lane).toMatchObject({ recorded, drained: recorded, pending: 0, dropped: 0, summarized: 0 })
  expect(aggregator.registry.metric('request')!.allSeries.every(({ window }) => window?.size === 200)).toBe(
    true,
  )
  const successor = createDurableLanes(share, imageOf(memories), clock)
  successor.drain()
  expect(successor.broken).toEqual([])
  expect(successor.registry.metric('request')!.allSeries.map(({ total }) => total)).toEqual(
    Array.from({ length: 40 }, () => 0),
  )
})
