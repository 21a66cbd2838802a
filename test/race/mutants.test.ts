import { expect, test } from 'vitest'
import { bundleLaneCode } from './bundled-code.ts'
import { SCALED_CASES, SUMMARY_CASES } from './cases.ts'
import { exploreCase } from './explored-case.ts'
import { MUTANTS } from './mutants.ts'
import { BATCH_SAMPLES_SCALED } from './scenario.ts'
import { applyChanges, SCALED_DOWN, SUMMARY_SCALED_DOWN } from './source-change.ts'

test.each(MUTANTS)(
  'a mistake is found: $name',
  async ({ changes, foundIn, expected, isIndexNarrow }) => {
    const scenario = [...SCALED_CASES, ...SUMMARY_CASES].find(({ name }) => name === foundIn)!
    // Only from 0 on are narrow indices and slots the same numbers.
    const narrow = isIndexNarrow === true ? { firstIndex: 0, isIndexNarrow } : {}
    const bundle = await bundleLaneCode([
      ...(scenario.summaryPages === undefined ? SCALED_DOWN : SUMMARY_SCALED_DOWN),
      ...changes,
    ])
    const { counterexample } = exploreCase(bundle, { ...scenario, ...narrow }, BATCH_SAMPLES_SCALED)
    const [reason, ...schedule] = counterexample.split('\n')
    expect(reason).toMatch(expected)
    expect(schedule.length).toBeGreaterThan(0)
    for (const line of schedule) expect(line).toMatch(/^ {2}(producer|aggregator) {2,4}.+$/)
  },
  60_000,
)

test('a change whose place is gone, or there twice, is refused', () => {
  const change = { file: 'a.ts', find: 'x', replace: 'y' }
  expect(applyChanges('axb', [change])).toBe('ayb')
  expect(() => applyChanges('ab', [change])).toThrow('src/a.ts has 0 places that read "x"')
  expect(() => applyChanges('xx', [change])).toThrow('src/a.ts has 2 places that read "x"')
})
