/** The aggregator thread dies at a bad time, or for good: questions are answered or refused, and the program ends. */
import { describe, expect, test } from 'vitest'
import { saidBy } from './faulty-program.ts'

const ends = async (state: string) => JSON.parse(await saidBy('ends.mjs', state))
const DOWN = 'OFFLOOP_AGGREGATOR_DOWN'
/** Recorded after the end, into a lane of 64: nobody will take any of it. */
const LOST = { ok: false, lost: 1_000, timedOut: false }

describe.concurrent('an aggregator', () => {
  test('that is terminated while it boots is replaced, and what was asked of it is answered', async () => {
    const { asked, status, closed, lines } = await ends('it is terminated while it boots')
    expect(asked).toBe('answered')
    expect(status).toMatchObject({ aggregator: 'running', restarts: 1, cause: expect.any(String) })
    expect(closed).toMatchObject({ ok: true })
    expect(lines).toEqual([
      expect.stringContaining('the aggregator thread died and is started again in 100 ms'),
      // Nobody listens to the bus.
      expect.stringContaining('the aggregator thread was started again after'),
    ])
  })

  test('that never starts is given up after five attempts; recording stays harmless, and everything is refused', async () => {
    const { asked, askedThere, flushed, closed, status, lines } = await ends('its file cannot be read')
    expect(status).toMatchObject({
      aggregator: 'down',
      restarts: 4,
      cause: expect.stringContaining('there-is-no-such-file'),
    })
    expect([...asked, askedThere]).toEqual([DOWN, DOWN])
    expect([flushed, closed]).toEqual([LOST, LOST])
    expect(lines).toHaveLength(5)
    expect(lines[4]).toContain('the aggregator thread is down, and stays down')
  })

  test('that dies five times within a minute stays down; what was asked before is answered, what is asked later refused', async () => {
    const { open, asked, askedThere, flushed, closed, status, lines } = await ends(
      'it dies five times within a minute',
    )
    expect(open).toEqual(['answered', 'answered', 'answered', 'answered', DOWN])
    expect(status).toMatchObject({ aggregator: 'down', restarts: 4, cause: 'Error: boom' })
    expect([...asked, askedThere]).toEqual([DOWN, DOWN, DOWN, DOWN])
    expect([flushed, closed]).toEqual([LOST, LOST])
    const died = lines.filter((line: string) => line.includes('died and is started again'))
    const restarted = lines.filter((line: string) => line.includes('was started again'))
    expect([died.length, restarted.length, lines.length]).toEqual([4, 4, 9])
    expect(lines.at(-1)).toContain('is down, and stays down: Error: boom')
  })
})

test('the next aggregator is told of what there is, and not of threads, readers and SLOs that are gone', async () => {
  const { told, lines } = await ends('threads, readers and SLOs have come and gone before it dies')
  expect(told).toEqual([1, 1, 1])
  expect(lines).toHaveLength(1)
})

describe.concurrent('close()', () => {
  test('between death and restart hands everything over: the next aggregator is started at once', async () => {
    const { closed } = await ends('close() while it is being restarted')
    expect(closed).toEqual({ ok: true, lost: 0, timedOut: false })
  })

  test('of an aggregator that hangs gives up in time, and says what it has not handed over', async () => {
    const { closed, lines } = await ends('close() while it hangs')
    expect(closed).toEqual({ ok: false, lost: 40, timedOut: true })
    expect(lines).toEqual([])
  })

  test('of an aggregator that dies meanwhile does not wait for another', async () => {
    const { closed, lines } = await ends('it dies during close()')
    expect(closed).toMatchObject({ ok: false, timedOut: false })
    expect(lines).toEqual([expect.stringContaining('is down, and stays down')])
  })
})

test.concurrent.each([
  'close() is forgotten while it is being restarted',
  'close() is forgotten after it is down',
  'close() is forgotten after a restart',
])('a program ends by itself: %s', async state => {
  expect(await saidBy('ends.mjs', state)).toBe('done\n')
})
