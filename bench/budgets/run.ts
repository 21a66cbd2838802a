/** Measures one thing after the other, each as often as it takes to tell slowness from noise. */
import { describeMachine } from '../machine.ts'
import { outcomeOf, untilKept } from './attempts.ts'
import { breachesOf, ofBrokenChecks } from './breaches.ts'
import { type Asking, askBench, FIGURE_QUESTIONS, figuresOf, withAttempts } from './figures.ts'
import { measureAllMemory, measureOverhead } from './measure.ts'
import { memoryFigures, reportMemory } from './memory.ts'
import type { BudgetOptions } from './options.ts'
import { OVERHEAD_BUDGETS } from './overhead/all.ts'
import type { OverheadBudget } from './overhead/budget.ts'
import type { BudgetsResult, FigureReport, MemoryReport, OverheadReport } from './result.ts'
import { factorOf, judgeOverhead } from './verdict.ts'

/** @param onNext is told what is measured next */
export async function measureBudgets(
  options: BudgetOptions,
  onNext: (name: string) => void,
): Promise<BudgetsResult> {
  const { onCI, limitScale, skipsFigures } = options
  const startMs = performance.now()
  const machine = describeMachine()
  /** What broke otherwise than by its figures. */
  const failures: string[] = []
  /** What cannot be measured fails the run, and keeps nothing else from being measured. */
  const attempt = async <Report>(name: string, measure: () => Promise<Report>) => {
    onNext(name)
    try {
      return [await measure()]
    } catch (error) {
      failures.push(`${name} could not be measured: ${(error as Error).message}`)
      return []
    }
  }
  const budgets: OverheadReport[] = []
  for (const budget of OVERHEAD_BUDGETS) {
    budgets.push(...(await attempt(budget.name, () => overheadOf(budget, options))))
  }
  const [memory = null] = await attempt('memory', () => memoryOf(options))
  const figures: FigureReport[] = []
  for (const asking of skipsFigures ? [] : FIGURE_QUESTIONS) {
    const [answer] = await attempt(asking.question, () => figuresFor(asking, options))
    figures.push(...(answer?.figures ?? []))
    failures.push(...(answer?.broken ?? []))
  }
  const breaches = [...breachesOf(budgets, memory, figures), ...failures]
  if (!skipsFigures && memory !== null) figures.push(...withAttempts([memoryFigures(memory)]))
  return {
    date: new Date().toISOString().slice(0, 10),
    machine,
    onCI,
    factor: factorOf(onCI),
    limitScale,
    durationS: Math.round((performance.now() - startMs) / 100) / 10,
    budgets,
    memory,
    figures,
    breaches,
    passed: breaches.length === 0,
  }
}

async function overheadOf(
  budget: OverheadBudget,
  { onCI, limitScale, attemptsMax }: BudgetOptions,
): Promise<OverheadReport> {
  const factor = factorOf(onCI)
  const attempt = async () => {
    const measurement = await measureOverhead(budget.name)
    return { times: measurement.times, report: judgeOverhead(budget, measurement, { factor, limitScale }) }
  }
  const attempts = await untilKept(
    attempt,
    ({ report }) => outcomeOf(report.passed, report.checks),
    attemptsMax,
  )
  return { ...attempts.at(-1)!.report, attempts: attempts.map(({ times }) => times) }
}

async function memoryOf({ limitScale, attemptsMax }: BudgetOptions): Promise<MemoryReport> {
  const attempts = await untilKept(
    async () => reportMemory(await measureAllMemory(), { limitScale }),
    ({ passed, checks }) => outcomeOf(passed, checks),
    attemptsMax,
  )
  const actuals = attempts.map(({ budgets }) => budgets.map(({ name, actual }) => ({ name, actual })))
  return { ...attempts.at(-1)!, attempts: actuals }
}

/** @returns the figures, and a sentence for each check that failed */
async function figuresFor(
  asking: Asking & { readonly question: string },
  { limitScale, roundCount, attemptsMax }: BudgetOptions,
): Promise<{ figures: FigureReport[]; broken: string[] }> {
  const attempt = async () => {
    const answers = await askBench(asking, roundCount)
    return { checks: answers.flatMap(({ checks }) => checks), figures: figuresOf(answers, { limitScale }) }
  }
  const attempts = await untilKept(
    attempt,
    ({ figures, checks }) =>
      outcomeOf(
        figures.every(({ verdict }) => verdict !== 'far outside'),
        checks,
      ),
    attemptsMax,
  )
  return {
    figures: withAttempts(attempts.map(({ figures }) => figures)),
    broken: ofBrokenChecks(asking.question, attempts.at(-1)!.checks),
  }
}
