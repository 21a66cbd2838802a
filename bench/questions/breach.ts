/** How long from a breach to the callback? */
import type { Goal, Question } from '../core/question.ts'
import {
  addRound,
  type BreachTimes,
  BUSY_BREACHES_PER_ROUND,
  RESTED_BREACHES_PER_ROUND,
  startBreaches,
} from '../setup/breach-times.ts'
import { closeChecked } from '../setup/live-telemetry.ts'

/** One tick of 10 ms, and 5 ms for everything else. */
const GOAL: Goal = { of: 'figure', bound: 'at most', limit: 15, figure: 'breach' }

export const breach: Question = {
  name: 'breach',
  asks: 'how long from record() to the callback, when an objective is checked at every tick?',
  group: 'cost',
  async answer({ roundCount, onRound }) {
    const breaches = await startBreaches()
    const busy: BreachTimes = { medianMs: [], slowestMs: [] }
    const rested: BreachTimes = { medianMs: [], slowestMs: [] }
    for (let round = -1; round < roundCount; round += 1) {
      const busyMs = await breaches.measureBusy()
      const restedMs = await breaches.measureRested()
      if (round >= 0) {
        addRound(busy, busyMs)
        addRound(rested, restedMs)
      }
      onRound()
    }
    return {
      unit: 'ms',
      rows: [
        { name: 'while samples come, median', figures: busy.medianMs, goal: GOAL },
        {
          name: `while samples come, slowest of ${BUSY_BREACHES_PER_ROUND}`,
          figures: busy.slowestMs,
          goal: GOAL,
        },
        { name: 'out of rest (a tick in 100 ms), median', figures: rested.medianMs },
        {
          name: `out of rest, slowest of ${RESTED_BREACHES_PER_ROUND}`,
          figures: rested.slowestMs,
        },
      ],
      checks: await closeChecked(breaches.telemetry, 'echo', breaches.recordCount()),
    }
  },
}
