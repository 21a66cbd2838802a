import { beforeAll, describe, expect, test } from 'vitest'
import { bundleLaneCode } from './bundled-code.ts'
import { SCALED_CASES, SHIPPED_CASES, SUMMARY_CASES } from './cases.ts'
import { exploreCase } from './explored-case.ts'
import { BATCH_SAMPLES_SCALED, BATCH_SAMPLES_SHIPPED } from './scenario.ts'
import { SCALED_DOWN, SUMMARY_SCALED_DOWN } from './source-change.ts'

/** The largest takes some seconds of a processor of its own. */
const TIMEOUT_MS = 60_000

describe.each([
  { constants: 'scaled down', changes: SCALED_DOWN, cases: SCALED_CASES, batch: BATCH_SAMPLES_SCALED },
  {
    constants: 'scaled down, with a summary',
    changes: SUMMARY_SCALED_DOWN,
    cases: SUMMARY_CASES,
    batch: BATCH_SAMPLES_SCALED,
  },
  { constants: 'as shipped', changes: [], cases: SHIPPED_CASES, batch: BATCH_SAMPLES_SHIPPED },
])('every interleaving, constants $constants', ({ changes, cases, batch }) => {
  let bundle = ''
  beforeAll(async () => {
    bundle = await bundleLaneCode(changes)
  })

  test.each(cases)(
    '$name',
    scenario => {
      const { counterexample, states, schedules, batchMax, wasFull } = exploreCase(bundle, scenario, batch)
      expect(counterexample).toBe('')
      expect({ states, schedules: Number(schedules).toExponential(1), batchMax }).toEqual({
        states: scenario.states,
        schedules: scenario.schedules,
        batchMax: scenario.batchMax,
      })
      const pushCount = scenario.producer.filter(step => step === 'push').length + (scenario.prefilled ?? 0)
      if (!scenario.producer.includes('close') && scenario.summaryPages === undefined)
        expect(wasFull).toBe(pushCount > scenario.capacity)
    },
    TIMEOUT_MS,
  )
})
