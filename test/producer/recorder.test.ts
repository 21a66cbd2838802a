import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import { LaneWord, Lease } from '../../src/shared/memory/lane-layout.ts'
import { METRIC_NAME_LENGTH_MAX } from '../../src/shared/metric.ts'
import { createRecorder, createRecording, createShare } from '../support/recording.ts'

/** A thread that records beats within this time, and any other within the longer one. */
const HEARTBEAT_MS_MAX = 50
const HEARTBEAT_IDLE_MS_MAX = 200

const coded = (code: string) => expect.objectContaining({ code })

describe('registering a metric again', () => {
  test('gives the same object, with labels and without, and whatever its help says', () => {
    const { recorder } = createRecording()
    expect(recorder.latency('echo', { help: 'other' })).toBe(recorder.latency('echo'))
    expect(recorder.gauge('heap', { unit: 'bytes' })).toBe(recorder.gauge('heap', { unit: 'bytes' }))
    const hits = recorder.counter('hits', { labelNames: ['a', 'b'] })
    expect(recorder.counter('hits', { labelNames: ['a', 'b'] })).toBe(hits)
    expect(hits.labels({ a: 1, b: 2 })).toBe(hits.labels({ b: '2', a: '1' }))
  })

  test('is told to the aggregator, once for each time: it begins the rate limit anew', () => {
    const { recorder, registry, drain } = createRecording()
    recorder.latency('echo')
    drain()
    const before = registry.metric('echo')!.registrations
    for (let count = 1; count <= 3; count++) {
      recorder.latency('echo')
      drain()
      drain()
      expect(registry.metric('echo')!.registrations).toBe(before + count)
    }
  })

  test.each<[string, (recorder: ReturnType<typeof createRecording>['recorder']) => unknown, string]>([
    ['another kind', recorder => recorder.gauge('echo', { unit: 'ms' }), 'gauge in ms by []'],
    ['another unit', recorder => recorder.latency('echo', { unit: 's' }), 'latency in s by []'],
    [
      'label names',
      recorder => recorder.latency('echo', { labelNames: ['route'] }),
      'latency in ms by [route]',
    ],
  ])('with %s throws, shows both shapes, and leaves the first as it was', (_, register, shape) => {
    const { recorder, seriesOf } = createRecording()
    const echo = recorder.latency('echo')
    expect(() => register(recorder)).toThrow(coded('OFFLOOP_METRIC_CONFLICT'))
    expect(() => register(recorder)).toThrow(/latency in ms by \[\]/)
    expect(() => register(recorder)).toThrow(shape)
    expect(recorder.latency('echo')).toBe(echo)
    echo.record(1)
    expect(seriesOf('echo').total).toBe(1)
  })

  test('with label names in another order is a conflict: the order is the user’s', () => {
    const { recorder } = createRecording()
    recorder.counter('hits', { labelNames: ['a', 'b'] })
    expect(() => recorder.counter('hits', { labelNames: ['b', 'a'] })).toThrow(
      coded('OFFLOOP_METRIC_CONFLICT'),
    )
  })
})

test('a name that is refused leaves no trace', () => {
  const { recorder, registry, drain } = createRecording()
  for (const name of ['', '1a', 'a b', 'x'.repeat(METRIC_NAME_LENGTH_MAX + 1), undefined]) {
    expect(() => recorder.latency(name as string)).toThrow(coded('OFFLOOP_METRIC_NAME'))
  }
  drain()
  expect([recorder.metricNames(), registry.metrics()]).toEqual([[], []])
})

test('a recorder knows its metrics by name', () => {
  const { recorder } = createRecording()
  recorder.latency('echo', { unit: 's' })
  recorder.gauge('heap')
  expect(recorder.metricNames()).toEqual(['echo', 'heap'])
  expect(recorder.descriptorOf('echo')).toMatchObject({ kind: 'latency', unit: 's' })
  expect(recorder.descriptorOf('toString')).toBeUndefined()
})

describe('markStart and markEnd of the recorder', () => {
  test('measure any latency of the thread', () => {
    const { recorder, seriesOf, laneOf } = createRecording()
    const [echo, other] = [recorder.latency('echo'), recorder.latency('other')]
    const [first, second] = [recorder.markStart(echo), recorder.markStart(other)]
    recorder.markEnd(first)
    other.markEnd(second)
    recorder.markEnd(echo.markStart())
    expect([seriesOf('echo').total, seriesOf('other').total]).toEqual([2, 1])
    expect(laneOf()).toMatchObject({ marksRejected: 0, marksAbandoned: 0 })
  })

  test.each([
    ['nothing', undefined],
    ['a gauge’s look-alike', { markStart: () => 0 }],
    ['a string', 'echo'],
  ])('of %s count as rejected, and throw nothing', (_, latency) => {
    const { recorder, laneOf } = createRecording()
    const mark = recorder.markStart(latency as never)
    recorder.markEnd(mark)
    expect(laneOf()).toMatchObject({ recorded: 0, marksRejected: 2 })
  })

  test('a handle that means nothing is rejected', () => {
    const { recorder, laneOf } = createRecording()
    const mark = recorder.latency('echo').markStart()
    const all = [mark, mark, -1, 0.5, Number.NaN, '3', null, {}, 5n]
    for (const handle of all) recorder.markEnd(handle as number)
    expect(laneOf()).toMatchObject({ recorded: 1, marksRejected: all.length - 1 })
  })

  test('a mark of another thread’s recorder is foreign, though both gave out as many', () => {
    const share = createShare()
    const [here, there] = [createRecorder(share), createRecorder(share)]
    const echo = here.recorder.latency('echo')
    const foreign = there.recorder.latency('echo')
    const lane = new Int32Array(here.announcements[0]!.lane)
    for (let count = 0; count < 50; count++) {
      echo.markStart()
      here.recorder.markEnd(foreign.markStart())
    }
    expect(lane[LaneWord.marksRejected]).toBe(50)
  })
})

describe('the heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function beating(publishEvery = 64) {
    const share = createShare()
    const onTelemetryClosed = vi.fn()
    const created = createRecorder(share, { publishEvery, onTelemetryClosed })
    const lane = new Int32Array(created.announcements[0]!.lane)
    const control = new Int32Array(share.control)
    return { ...created, lane, control, onTelemetryClosed }
  }

  test('publishes what an idle thread has left in its batch', () => {
    const { recorder, lane } = beating()
    const echo = recorder.latency('echo')
    for (let count = 0; count < 263; count++) echo.record(count)
    expect(lane[LaneWord.writeIndex]).toBe(256)
    vi.advanceTimersByTime(HEARTBEAT_IDLE_MS_MAX)
    expect(lane[LaneWord.writeIndex]).toBe(263)
  })

  test('beats often while the thread records', () => {
    const { recorder, lane } = beating()
    const echo = recorder.latency('echo')
    for (let count = 0; count < 64; count++) echo.record(count)
    vi.advanceTimersByTime(HEARTBEAT_IDLE_MS_MAX)
    for (let count = 0; count < 10; count++) {
      echo.record(count)
      vi.advanceTimersByTime(HEARTBEAT_MS_MAX)
      expect(lane[LaneWord.writeIndex]).toBe(65 + count)
    }
  })

  test('shows the coarse clock, so that a loop that does not turn is seen', () => {
    const { lane, control } = beating()
    control[ControlWord.clockMs] = 1_234
    expect(lane[LaneWord.heartbeatMs]).toBe(0)
    vi.advanceTimersByTime(HEARTBEAT_IDLE_MS_MAX)
    expect(lane[LaneWord.heartbeatMs]).toBe(1_234)
  })

  test('announces the lane again when it was given up, and only then', () => {
    const { lane, announcements } = beating()
    lane[LaneWord.lease] = Lease.adopted
    vi.advanceTimersByTime(10 * HEARTBEAT_IDLE_MS_MAX)
    expect(announcements).toHaveLength(1)
    lane[LaneWord.lease] = Lease.retired
    vi.advanceTimersByTime(3 * HEARTBEAT_IDLE_MS_MAX)
    expect(announcements).toHaveLength(2)
    expect(announcements[1]).toEqual(announcements[0])
    expect(lane[LaneWord.lease]).toBe(Lease.announced)
  })

  test('hears that the telemetry was closed on its creating thread', () => {
    const { control, onTelemetryClosed } = beating()
    vi.advanceTimersByTime(HEARTBEAT_IDLE_MS_MAX)
    expect(onTelemetryClosed).not.toHaveBeenCalled()
    control[ControlWord.closed] = 1
    vi.advanceTimersByTime(HEARTBEAT_IDLE_MS_MAX)
    expect(onTelemetryClosed).toHaveBeenCalled()
  })

  test('ends with close', () => {
    const { recorder } = beating()
    recorder.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('the heartbeat never keeps the process alive', () => {
  const before = process.getActiveResourcesInfo().filter(type => type === 'Timeout').length
  createRecording()
  expect(process.getActiveResourcesInfo().filter(type => type === 'Timeout')).toHaveLength(before)
})

describe('after close', () => {
  test('what was recorded before is there, what comes after is counted, and nothing throws', () => {
    const { recorder, seriesOf, laneOf, drain } = createRecording()
    const echo = recorder.latency('echo')
    const http = recorder.gauge('http', { labelNames: ['route'] })
    const hits = recorder.counter('hits')
    const mark = echo.markStart()
    echo.record(1)
    hits.add(3)
    recorder.close()
    expect(recorder.recordedAfterClose).toBe(0)
    echo.record(2)
    echo.markEnd(mark)
    http.labels({ route: '/new' }).set(1)
    hits.add(4)
    echo.time(() => {})
    expect(recorder.recordedAfterClose).toBe(4 + 4)
    expect(laneOf()).toMatchObject({ recorded: 1, pending: 1 })
    drain()
    expect([seriesOf('echo').total, seriesOf('hits').total]).toEqual([1, 3])
  })

  test('registering throws, known or new, and says what to do', () => {
    const { recorder } = createRecording()
    recorder.latency('echo')
    recorder.close()
    for (const register of [
      () => recorder.latency('echo'),
      () => recorder.gauge('new'),
      () => recorder.counter('new'),
    ]) {
      expect(register).toThrow(coded('OFFLOOP_CLOSED'))
      expect(register).toThrow(/register metrics before close\(\)/)
    }
  })

  test('closing again changes nothing', () => {
    const { recorder } = createRecording()
    const hits = recorder.counter('hits')
    recorder.close()
    hits.add(5)
    recorder.close()
    recorder.publish()
    expect(recorder.recordedAfterClose).toBe(5)
  })

  test('so many new label values that the directory would have to grow are harmless, and still counted', () => {
    const { recorder, lanes, clock } = createRecording({ maxSeriesPerMetric: 10_000 })
    const hits = recorder.counter('hits', { labelNames: ['n'] })
    hits.labels({ n: 'before' }).add(1)
    recorder.publish()
    lanes.drain(clock.nowMs())
    recorder.close()
    for (let n = 0; n < 1_000; n++) hits.labels({ n: `${n}${'x'.repeat(200)}` }).add(2)
    expect(recorder.recordedAfterClose).toBe(2_000)
  })
})

test('the backlog says what the aggregator has not taken, and what found no place', () => {
  const { recorder, drain } = createRecording({ laneCapacity: 16, overflow: 'drop' })
  const echo = recorder.latency('echo')
  for (let count = 0; count < 20; count++) echo.record(count)
  expect(recorder.backlog).toEqual({ dropped: 4, pending: 16 })
  drain()
  echo.record(1)
  expect(recorder.backlog).toEqual({ dropped: 4, pending: 1 })
})

test('the backlog of a lane that summarizes holds what is still to be read, and nothing once it has been', () => {
  const { recorder, drain } = createRecording({ laneCapacity: 16 })
  const echo = recorder.latency('echo')
  for (let count = 0; count < 20; count++) echo.record(count)
  expect(recorder.backlog).toEqual({ dropped: 0, pending: 20 })
  drain()
  expect(recorder.backlog).toEqual({ dropped: 0, pending: 0 })
})

test('each recorder of a telemetry has a lane id of its own', () => {
  const share = createShare()
  const ids = Array.from({ length: 5 }, () => createRecorder(share).recorder.laneId)
  expect(ids).toEqual([0, 1, 2, 3, 4])
})

test('a thread that exits has published everything, and its lane is marked as ended', () => {
  const share = createShare()
  const { recorder, announcements } = createRecorder(share, { publishEvery: 64 })
  const lane = new Int32Array(announcements[0]!.lane)
  const echo = recorder.latency('echo')
  for (let count = 0; count < 263; count++) echo.record(count)
  expect([lane[LaneWord.writeIndex], lane[LaneWord.ended]]).toEqual([256, 0])
  process.listeners('exit').at(-1)?.(0)
  expect([lane[LaneWord.writeIndex], lane[LaneWord.ended]]).toEqual([263, 1])
})
