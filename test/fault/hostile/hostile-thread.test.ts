/** A thread of the same process that misbehaves with everything a share gives it, beside others that do not: the real
 *  aggregator lives, the others' figures are exact, and what happened is said. */
import type { TelemetryShare } from 'offloop'
import { expect, test } from 'vitest'
import { eventsOf, eventually, liveTelemetry, loggedTelemetry } from '../../integration/live-telemetry.ts'
import { type Here, ToldThread } from '../../integration/told-thread.ts'

const CHAOS_MS = 1_500

/** Attaches, and keeps the memory its announcement names: any thread can listen where lanes are announced. */
async function takeMemory({ offloop, kept }: Here, share: TelemetryShare, threadId: number): Promise<void> {
  const channel = new BroadcastChannel(share.id)
  const announced = new Promise<{ lane: SharedArrayBuffer; directory: SharedArrayBuffer }>(resolve => {
    channel.onmessage = event => {
      const { data } = event as unknown as { data: { lane: SharedArrayBuffer; directory: SharedArrayBuffer } }
      const THREAD_ID_WORD = 4
      // Others announce themselves there, too.
      if (new Int32Array(data.lane)[THREAD_ID_WORD] === threadId) resolve(data)
    }
  })
  const telemetry = offloop.attachTelemetry(share)
  kept['echo'] = telemetry.latency('hostile')
  kept['hits'] = telemetry.counter('hostile_hits')
  Object.assign(kept, await announced, { telemetry })
  channel.close()
}

/** Writes random values to random places of its lane and its directory for a while, and records in between. */
function writeAnywhere({ kept }: Here, durationMs: number): number {
  const lane = new Int32Array(kept['lane'])
  const doubles = new Float64Array(kept['lane'])
  const directory = new Uint32Array(kept['directory'], 0, 1_024)
  const hostile = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), Number.NaN, Number.POSITIVE_INFINITY, 0.5, 1e300]
  const pick = () => hostile[Math.floor(Math.random() * hostile.length)]!
  const any = () => (Math.random() < 0.5 ? pick() : Math.floor((Math.random() - 0.5) * 2 ** 32))
  const ENDED_WORD = 35
  const endMs = performance.now() + durationMs
  let writes = 0
  while (performance.now() < endMs) {
    for (let count = 0; count < 1_000; count++, writes++) {
      const word = Math.floor(Math.random() * 96)
      // A lane that says it has ended is let go: it is to be found out in other ways.
      if (word !== ENDED_WORD) lane[word] = any()
      doubles[48 + Math.floor(Math.random() * 4_096)] = any()
      directory[Math.floor(Math.random() * 1_024)] = any()
      kept['echo'].record(1)
      kept['hits'].add(1)
    }
  }
  return writes
}

test('a thread that overwrites its lane and directory for as long as it likes is set aside; all others are counted exactly', async () => {
  const { telemetry } = loggedTelemetry()
  const corrupt = eventsOf(telemetry, 'perf.lane_corrupt')
  // From here on the aggregator knows of the listener.
  await telemetry.ready
  const share = telemetry.share()
  const [friend, hostile] = [new ToldThread(share), new ToldThread()]
  await hostile.run(takeMemory, share, hostile.threadId)
  const echo = telemetry.latency('echo')
  const chaos = hostile.run(writeAnywhere, CHAOS_MS)
  const friendly = friend.run(async ({ telemetry }, durationMs) => {
    const endMs = performance.now() + durationMs
    const [echo, hits] = [telemetry.latency('echo'), telemetry.counter('hits')]
    let count = 0
    for (; performance.now() < endMs; count++) {
      echo.record(count % 100)
      hits.add(1)
      if (count % 100 === 0) await new Promise(resolve => setTimeout(resolve, 1))
    }
    return { count, flushed: await telemetry.flush() }
  }, CHAOS_MS)
  const endMs = performance.now() + CHAOS_MS
  let count = 0
  while (performance.now() < endMs) {
    for (let index = 0; index < 500; index++, count++) echo.record(index)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  expect(await chaos).toBeGreaterThan(1_000)
  const other = await friendly
  expect(other.flushed.timedOut).toBe(false)
  const { threadId } = hostile
  await eventually(() =>
    expect(corrupt).toMatchObject([{ threadId: expect.any(Number), reason: expect.any(String) }]),
  )
  // On a busy machine a lane may run full while the aggregator gets no time: that is counted.
  const reading = await telemetry.query('echo')
  expect(reading.total + reading.lost).toBe(count + other.count)
  expect(await telemetry.query('hits')).toMatchObject({ total: other.count })
  const { lanesQuarantined, lanes, lost } = await telemetry.snapshot()
  expect([lanesQuarantined, Number.isSafeInteger(lost)]).toEqual([1, true])
  expect(lanes.map(lane => lane.threadId)).not.toContain(threadId)
  expect(telemetry.status.aggregator).toBe('running')
  // And that thread itself: it records on, harmlessly, and its questions are answered.
  expect(await hostile.run(({ kept }) => kept['telemetry'].query('hits'))).toMatchObject({
    total: other.count,
  })
})

test('without a listener a line on the log says which thread, and what should have held', async () => {
  const { telemetry, lines } = loggedTelemetry()
  const share = telemetry.share()
  const hostile = new ToldThread()
  await hostile.run(takeMemory, share, hostile.threadId)
  await telemetry.flush()
  const isSetAside = await hostile.run(({ kept }) => {
    const words = new Int32Array(kept['lane'])
    const [WRITE_INDEX_WORD, LEASE_WORD, QUARANTINED] = [32, 65, 3]
    const endMs = performance.now() + 10_000
    // In one go: its own heartbeat would put the index right again.
    while (Atomics.load(words, LEASE_WORD) !== QUARANTINED && performance.now() < endMs) {
      words[WRITE_INDEX_WORD] = 2 ** 30
    }
    return words[LEASE_WORD] === QUARANTINED
  })
  expect(isSetAside).toBe(true)
  await eventually(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain(`of thread ${hostile.threadId}`)
  expect(lines[0]).toContain('a lane holds at most its capacity')
})

test('nonsense on every channel a share names is counted, and neither the aggregator nor the creating thread minds', async () => {
  const telemetry = liveTelemetry()
  telemetry.counter('hits').add(7)
  const share = telemetry.share()
  await telemetry.ready
  const hostile = new ToldThread()
  const postedCount = await hostile.run((_, id) => {
    const nonsense = [
      null,
      undefined,
      7,
      'lane',
      {},
      [],
      { type: 'lane' },
      { type: 'lane', lane: 2 ** 33, directory: 2 ** 33 },
      { type: 'control', channel: id },
      { type: 'control', channel: { startsWith: 1 } },
      { id: 'x', type: 'GET', path: ['constructor', 'constructor'] },
      { id: 'x', type: 'APPLY', path: ['close'], argumentList: [] },
      { id: 'x', type: 'SET', path: ['hello'], value: { type: 'RAW', value: 1 } },
    ]
    const announcements = new BroadcastChannel(id)
    const controls = [0, 1, 2].map(laneId => new BroadcastChannel(`${id}:${laneId}`))
    for (const laneId of [0, 1, 2]) announcements.postMessage({ type: 'control', channel: `${id}:${laneId}` })
    for (let round = 0; round < 100; round++) {
      for (const message of nonsense) {
        for (const channel of [announcements, ...controls]) channel.postMessage(message)
      }
    }
    setTimeout(() => {
      for (const channel of [announcements, ...controls]) channel.close()
    }, 3_000)
    return nonsense.length * 100
  }, share.id)
  await eventually(async () => {
    const { messagesRefused } = await telemetry.snapshot()
    // At least those where lanes are announced, but for orders that merely have no effect.
    expect(messagesRefused).toBeGreaterThan(postedCount / 2)
  })
  const friend = new ToldThread(share)
  expect(await friend.run(({ telemetry }) => telemetry.query('hits'))).toMatchObject({ total: 7 })
  expect(telemetry.status.aggregator).toBe('running')
})
