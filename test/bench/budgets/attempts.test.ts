import { describe, expect, test } from 'vitest'
import { type Outcome, outcomeOf, untilKept } from '../../../bench/budgets/attempts.ts'

function attempting(outcomes: readonly (Outcome | Error)[], attemptsMax: number) {
  let attemptCount = 0
  const attempt = async () => {
    const outcome = outcomes[attemptCount]!
    attemptCount += 1
    if (outcome instanceof Error) throw outcome
    return await Promise.resolve({ outcome, attemptCount })
  }
  return {
    attemptCount: () => attemptCount,
    reports: untilKept(
      attempt,
      ({ outcome }) => outcome,
      attemptsMax,
      async () => {},
    ),
  }
}

test.each<{ outcomes: Outcome[]; attemptsMax: number; found: Outcome[] }>([
  { outcomes: ['kept'], attemptsMax: 3, found: ['kept'] },
  {
    outcomes: ['limit missed', 'limit missed', 'kept'],
    attemptsMax: 3,
    found: ['limit missed', 'limit missed', 'kept'],
  },
  {
    outcomes: ['limit missed', 'limit missed', 'limit missed', 'kept'],
    attemptsMax: 3,
    found: ['limit missed', 'limit missed', 'limit missed'],
  },
  { outcomes: ['limit missed', 'kept'], attemptsMax: 1, found: ['limit missed'] },
])(
  'what is slow is tried again, and every attempt is kept: $found',
  async ({ outcomes, attemptsMax, found }) => {
    const reports = await attempting(outcomes, attemptsMax).reports
    expect(reports.map(({ outcome }) => outcome)).toEqual(found)
  },
)

test('a check that failed is forgiven by no later attempt', async () => {
  const reports = await attempting(['check failed', 'kept'], 3).reports
  expect(reports.map(({ outcome }) => outcome)).toEqual(['check failed'])
  const later = await attempting(['limit missed', 'check failed', 'kept'], 3).reports
  expect(later.map(({ outcome }) => outcome)).toEqual(['limit missed', 'check failed'])
})

test('a crash or a time-out is forgiven by no later attempt', async () => {
  const crashed = attempting([new Error('killed'), 'kept'], 3)
  await expect(crashed.reports).rejects.toThrow('killed')
  expect(crashed.attemptCount()).toBe(1)
  const later = attempting(['limit missed', new Error('killed'), 'kept'], 3)
  await expect(later.reports).rejects.toThrow('killed')
  expect(later.attemptCount()).toBe(2)
})

describe('an attempt', () => {
  test.each([
    { keepsLimits: true, holds: true, outcome: 'kept' },
    { keepsLimits: false, holds: true, outcome: 'limit missed' },
    { keepsLimits: true, holds: false, outcome: 'check failed' },
    { keepsLimits: false, holds: false, outcome: 'check failed' },
  ])('that keeps its limits: $keepsLimits, and its checks: $holds, is $outcome', row => {
    expect(outcomeOf(row.keepsLimits, [{ holds: true }, { holds: row.holds }])).toBe(row.outcome)
  })
})
