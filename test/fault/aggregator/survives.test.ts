/** The aggregator thread dies or hangs, in each way there is: another takes its place, and nobody has to do anything. */
import { describe, expect, test } from 'vitest'
import { saidBy } from './faulty-program.ts'

const FAULTS = [
  ['throw', 'Error: boom'],
  ['reject', 'Error: boom'],
  ['exit', 'it ended with exit code 3'],
  ['run out of memory', expect.stringContaining('ERR_WORKER_OUT_OF_MEMORY')],
  ['hang', expect.stringMatching(/^it hung for \d+(\.\d)? s$/)],
  ['terminate while idle', 'it ended with exit code 1'],
  ['terminate during a query', 'it ended with exit code 1'],
] as const

// One after the other: three threads each, and one of them in a busy loop, are enough for a machine.
describe('an aggregator that dies', () => {
  test.each(FAULTS)('%s: is replaced, and everything goes on', async (fault, cause) => {
    const said = JSON.parse(await saidBy('survives.mjs', fault))

    // Status and event say what happened, on this thread and on the other that listens.
    expect(said.statuses).toEqual(['restarting'])
    expect(said.status).toMatchObject({ aggregator: 'running', restarts: 1, cause })
    const event = {
      cause,
      restarts: 1,
      downMs: expect.any(Number),
      timestamp: expect.any(Number),
    }
    expect(said.restarted).toEqual([event])
    expect(said.restartedThere).toEqual(said.restarted)
    expect(said.restartedLate, 'heard by whoever began to listen while there was none').toEqual(
      said.restarted,
    )
    expect(said.restarted[0].downMs).toBeGreaterThan(0)

    // Whoever had asked is answered, on this thread and on an attached one, and so is whoever asks later.
    expect(said.asked).toBe('echo')
    expect(said.askedThere).toEqual(expect.any(Number))
    expect(said.after).toBeGreaterThanOrEqual(1)
    // Both lanes are drained again, though neither thread announced its own anew.
    expect(said.lanes.sort()).toEqual(['main', 'other'])
    // The SLO that was added at run time is judged, and its violation has reached both listeners: it waited for them.
    expect(said.slos).toEqual([
      ['echo p95<60ms', 'violated'],
      ['echo max<1s', 'ok'],
    ])
    expect(said.closed).toEqual({ ok: true, lost: 0, timedOut: false })
    // The restart is said on the bus, which has readers: the log has the death alone.
    expect(said.lines).toEqual([
      expect.stringContaining('the aggregator thread died and is started again in 100 ms'),
    ])
  })

  test('again and again is replaced each time, later each time, by one that serves the same listeners', async () => {
    const { restarted, restartedThere, status, lines } = JSON.parse(
      await saidBy('survives.mjs', 'throw', '3'),
    )
    expect(status).toMatchObject({ aggregator: 'running', restarts: 3 })
    expect(restarted.map(({ restarts }: { restarts: number }) => restarts)).toEqual([1, 2, 3])
    expect(restartedThere).toEqual(restarted)
    const delays = lines.map((line: string) => /again in (\d+) ms/.exec(line)?.[1])
    expect(delays).toEqual(['100', '200', '400'])
  })

  test('is replaced by one that reaches other threads while the creating thread is blocked', async () => {
    expect(await saidBy('blocks.mjs')).toBe('ok\n')
  })
})
