/** Measures one thing after the other, each as often as it takes to tell a breach from noise. */
import { describeMachine } from '../machine.ts'
import { untilPassed } from './attempts.ts'
import { breachesOf } from './breaches.ts'
import { askBench, FIGURE_QUESTIONS, figuresOf } from './figures.ts'
import { measureInProcess } from './measure.ts'
import type { AggregatorThreadMemory } from './memory/aggregator-thread.ts'
import { MEMORY_EXEC_ARGV } from './memory/heap-reading.ts'
import type { RecordingThreadMemory } from './memory/recording-thread.ts'
import type { RegistryMemory } from './memory/registry.ts'
import { reportMemory } from './memory/report.ts'
import type { BudgetOptions } from './options.ts'
import { OVERHEAD_BUDGETS } from './overhead/all.ts'
import type { OverheadBudget, OverheadMeasurement } from './overhead/budget.ts'
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
  const unmeasured: string[] = []
  /** What cannot be measured fails the run, and keeps nothing else from being measured. */
  const attempt = async <Report>(name: string, measure: () => Promise<Report>) => {
    onNext(name)
    try {
      return [await measure()]
    } catch (error) {
      unmeasured.push(`${name} could not be measured: ${(error as Error).message}`)
      return []
    }
  }
  const budgets: OverheadReport[] = []
  for (const budget of OVERHEAD_BUDGETS) {
    budgets.push(...(await attempt(budget.name, () => overheadOf(budget, options))))
  }
  const [memory = null] = await attempt('memory', () => memoryOf(options))
  const figures: FigureReport[] = []
  for (const question of skipsFigures ? [] : FIGURE_QUESTIONS) {
    figures.push(...(await attempt(question, () => figuresFor(question, options))).flat())
  }
  const breaches = [...breachesOf(budgets, memory, figures), ...unmeasured]
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

function overheadOf(
  budget: OverheadBudget,
  { onCI, limitScale, attemptsMax }: BudgetOptions,
): Promise<OverheadReport> {
  const factor = factorOf(onCI)
  const attempt = async (attempts: number) => {
    const measurement = await measureInProcess<OverheadMeasurement>(budget.name)
    return judgeOverhead(budget, measurement, { factor, limitScale, attempts })
  }
  return untilPassed(attempt, ({ passed }) => passed, attemptsMax)
}

function memoryOf({ limitScale, attemptsMax }: BudgetOptions): Promise<MemoryReport> {
  const measure = <Measurement>(what: string) =>
    measureInProcess<Measurement>(`memory of the ${what}`, MEMORY_EXEC_ARGV)
  const attempt = async (attempts: number) => {
    const registry = await measure<RegistryMemory>('registry')
    const recording = await measure<RecordingThreadMemory>('recording thread')
    const aggregator = await measure<AggregatorThreadMemory>('aggregator thread')
    return reportMemory({ registry, recording, aggregator }, { limitScale, attempts })
  }
  return untilPassed(attempt, ({ passed }) => passed, attemptsMax)
}

function figuresFor(
  question: string,
  { limitScale, roundCount, attemptsMax }: BudgetOptions,
): Promise<FigureReport[]> {
  const attempt = async (attempts: number) => {
    const answers = await askBench(question, roundCount)
    return answers.flatMap(answer => figuresOf(answer, { limitScale, attempts }))
  }
  const isInside = (figures: readonly FigureReport[]) =>
    figures.every(({ verdict }) => verdict !== 'far outside')
  return untilPassed(attempt, isInside, attemptsMax)
}
