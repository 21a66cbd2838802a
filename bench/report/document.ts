/** docs/benchmarks.md: the whole report. Pure. */
import type { QuestionReport } from '../core/report.ts'
import { BUDGETS_HEADING, budgetsSection } from './budgets-section.ts'
import { designCount, designTable, furtherTable, goalLinesOf } from './goals.ts'
import type { ReportInputs } from './inputs.ts'
import { anchorOf, bold, capitalized, picture } from './markdown.ts'
import { INTRODUCTIONS, METHOD, NOT_MEASURED } from './prose.ts'
import { altOf } from './question-plot.ts'
import { checkLines, questionTable } from './question-table.ts'
import { commandsOf, runsTable, versionsLine } from './runs.ts'

/** A report, and where its picture is: relative to docs/, undefined where there is none. */
export interface Pictured {
  readonly report: QuestionReport
  /** Of the run as a whole. */
  readonly roundCount: number
  readonly picturePath: string | undefined
}

const HEAD = `# Benchmarks

<!-- Made by \`npm run bench:report\` from bench/results/. A test finds what was changed by hand. -->

What offloop costs, each figure beside its alternatives in the same run. Every figure, table and picture on this page is
made from [bench/results/](../bench/results); the [README](../README.md#what-it-costs) shows a part of it.
`

export function documentOf(inputs: ReportInputs, pictured: readonly Pictured[]): string {
  const reports = pictured.map(({ report }) => report)
  const ofGroup = (group: QuestionReport['group']) => pictured.filter(({ report }) => report.group === group)
  const budgets = budgetsSection(inputs.budgets)
  const parts = [
    HEAD,
    contents(reports, budgets !== ''),
    goalsSection(reports),
    runsSection(inputs),
    `## Method\n\n${METHOD}`,
    ...groupSection('What one operation costs', ofGroup('cost')),
    ...groupSection('What a program under load feels', ofGroup('load')),
    ...(budgets === '' ? [] : [budgets]),
    `## What is not measured\n\n${NOT_MEASURED}`,
  ]
  return parts.join('\n')
}

function contents(reports: readonly QuestionReport[], hasBudgets: boolean): string {
  const names = [...new Set(reports.map(({ name }) => name))]
  const last = [...(hasBudgets ? [BUDGETS_HEADING] : []), 'What is not measured']
  const headings = ['Goals', 'Machine and versions', 'Method', ...names, ...last]
  return `${headings.map(heading => `[${heading}](#${anchorOf(heading)})`).join(' ·\n')}\n`
}

function goalsSection(reports: readonly QuestionReport[]): string {
  const lines = goalLinesOf(reports)
  const further = furtherTable(lines)
  const parts = [
    '## Goals\n',
    `The project set itself figures before there was any code. ${designCount(lines)}. A figure
is reached where each of its rows is. In parentheses: the 95 % interval of the median that is judged, a ratio's or a figure's.
What was tried where one is missed is in [ADR 0007](adr/0007-figures-that-are-missed.md).\n`,
    designTable(lines),
  ]
  if (further !== '')
    parts.push(
      '### Further limits\n',
      'Limits of another origin: of what a session may take, and of what came later.\n',
      further,
    )
  return parts.join('\n')
}

function runsSection(inputs: ReportInputs): string {
  const versions = versionsLine(inputs)
  const commands = commandsOf(inputs)
  const parts = ['## Machine and versions\n', runsTable(inputs)]
  if (versions !== '') parts.push(`Packages: ${versions}.\n`)
  parts.push(
    `To take the figures again, and make this page of them:\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\`\n`,
  )
  return parts.join('\n')
}

function groupSection(title: string, pictured: readonly Pictured[]): string[] {
  if (pictured.length === 0) return []
  const names = [...new Set(pictured.map(({ report }) => report.name))]
  const sections = names.map(name => questionSection(pictured.filter(({ report }) => report.name === name)))
  return [`## ${title}\n`, ...sections]
}

/** @param answers of one question: at least one, each of a part of it */
function questionSection(answers: readonly Pictured[]): string {
  const { name, asks } = answers[0]!.report
  const introduction = INTRODUCTIONS[name]
  const parts = [`### ${name}\n`, `${bold(capitalized(asks))}\n`, introduction ? `${introduction}\n` : '']
  for (const { report, roundCount, picturePath } of answers) {
    if (report.part !== undefined) parts.push(`${bold(capitalized(report.part))}\n`)
    if (picturePath !== undefined) parts.push(picture(altOf(report), picturePath))
    parts.push(questionTable(report), roundsLine(report, roundCount), checkLines(report))
  }
  return parts.filter(part => part !== '').join('\n')
}

/** Some questions take so long that they have fewer rounds than were asked for. */
function roundsLine({ candidates }: QuestionReport, roundCount: number): string {
  const counts = candidates.map(({ rounds }) => rounds.length)
  const least = Math.min(...counts)
  const most = Math.max(...counts)
  if (least === roundCount && most === roundCount) return ''
  return `Rounds: ${least === most ? most : `${least} to ${most}`}.\n`
}
