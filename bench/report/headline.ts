/** The part of the README that is made from the results: the figures most people look for. Pure. */
import { formatFigure } from '../core/quantity.ts'
import type { BenchResult, QuestionReport, RowReport } from '../core/report.ts'
import { designCount, goalLinesOf } from './goals.ts'
import type { ReportInputs } from './inputs.ts'
import { anchorOf, bold, escapeMarkdown, picture, table, tableOfUsed } from './markdown.ts'
import { drawBars } from './plot/bars.ts'
import { barOf, barsFootnote, figuresOf, formatTick } from './question-plot.ts'
import { machineInShort } from './runs.ts'
import { isForScale, toneOf } from './tones.ts'

export const DOCUMENT_PATH = 'docs/benchmarks.md'
export const HEADLINE_PICTURE_PATH = 'docs/benchmarks/headline.svg'

const START = '<!-- benchmarks: headline -->'
const END = '<!-- /benchmarks -->'

/** Those that one picture compares, and what they are called there. */
const PICTURED: Readonly<Record<string, string>> = {
  record: 'Recording one duration',
  labels: 'The same, with three labels',
}
/** Questions that the README shows, with what offloop's row is called there. */
const CALLS: Readonly<Record<string, string>> = {
  record: '`latency.record(n)`, in one long burst',
  'record: the same in bursts of 32, as requests come: each sample is published': 'the same, 32 to a tick',
  labels: 'in one burst, with three labels, bound once',
  marks: '`markStart()` + `markEnd()`',
  counter: '`counter.add(1)`',
}
const ANALYSES: Readonly<Record<string, string>> = {
  percentiles: 'p50, p95 and p99 of 10,000 samples, exact',
}
/** As many rows of a question fit on a line. */
const LISTED_ROWS_MAX = 6
/** Questions without a subject, whose rows stand side by side. */
const LISTED: Readonly<Record<string, string>> = {
  drain: 'On the other thread, drained into windows',
  'start-up': 'In a process that has just begun',
  loop: 'An idle process, of one core',
  memory: 'Memory of 20 metrics with 10,000 samples each',
}

/** @throws RangeError where the README has no place for it */
export function withHeadline(readme: string, headline: string): string {
  const start = readme.indexOf(START)
  const end = readme.indexOf(END)
  if (start < 0 || end < start) {
    throw new RangeError(`README.md: put ${START} and ${END} around the place for the figures`)
  }
  return `${readme.slice(0, start + START.length)}\n${headline}${readme.slice(end)}`
}

export function headlineOf({ cost, load }: ReportInputs): string {
  const reports = cost?.questions ?? []
  const loads = load?.questions ?? []
  const parts = [
    '<!-- Made by `npm run bench:report`: not to be edited by hand. -->\n',
    whereAndWhen(cost, 'Measured on'),
    callTable('a call, on the recording thread', reports, CALLS),
    pictureOf(reports),
    callTable('an answer, on the other thread', reports, ANALYSES),
    factsTable(listedRows(reports, LISTED)),
    whereAndWhen(load, 'Under load: measured on'),
    ...loadTables(loads),
    `${designCount(goalLinesOf([...reports, ...loads]))}: [docs/benchmarks.md](${DOCUMENT_PATH}#goals) has each
of them with its rows, further limits, intervals, the method, and what is not measured.\n`,
  ]
  return parts.filter(part => part !== '').join('\n')
}

/** @returns undefined where there is nothing to compare */
export function headlinePicture(reports: readonly QuestionReport[]): string | undefined {
  const shown = firstOfEach(reports, PICTURED)
  if (shown.length === 0) return undefined
  const unit = shown[0]!.report.unit
  return drawBars({
    title: 'What recording costs the thread that records',
    footnote: barsFootnote(unit),
    groups: shown.map(({ title, report }) => ({
      heading: title,
      bars: report.candidates.filter(row => !isForScale(row)).map(row => barOf(row, report)),
    })),
    formatTick: value => formatTick(value, unit),
    // Lengths that can be compared are what this picture is for.
    scale: 'linear',
  })
}

function whereAndWhen(result: BenchResult | undefined, begin: string): string {
  if (result === undefined) return ''
  const { date, machine, roundCount, questions } = result
  const command = questions.some(({ group }) => group === 'load') ? 'npm run bench:load' : 'npm run bench'
  return `${begin} ${date}, ${machineInShort(machine)}: medians of ${roundCount} rounds${exceptions(result)}, each figure
beside others in the same run. \`${command}\` does the same on your machine.\n`
}

/** Questions that take so long that they have fewer rounds, in all of their parts. */
function exceptions({ questions, roundCount }: BenchResult): string {
  const counts = new Map<string, number>()
  for (const { name, candidates } of questions) {
    const inPart = candidates.map(({ rounds }) => rounds.length)
    counts.set(name, Math.max(counts.get(name) ?? 0, ...inPart))
  }
  const fewer = [...counts]
    .filter(([, count]) => count < roundCount)
    .map(([name, count]) => `${name}: ${count}`)
  return fewer.length === 0 ? '' : ` (${fewer.join(', ')})`
}

function callTable(
  title: string,
  reports: readonly QuestionReport[],
  titles: Readonly<Record<string, string>>,
): string {
  const rows = firstOfEach(reports, titles).flatMap(({ title: name, report }) => {
    const subject = report.candidates.find(({ isSubject }) => isSubject)
    if (subject === undefined) return []
    const { allocatedBytes: bytes } = subject
    const figure = bold(formatFigure(subject.figure.median, report.unit))
    return [[name, figure, bytes === undefined ? '' : formatFigure(bytes, 'bytes'), besides(report)]]
  })
  return rows.length === 0 ? '' : tableOfUsed([title, 'offloop', 'leaves', 'beside it'], rows, [0, 3])
}

/** One row of each library, the first. */
function besides(report: QuestionReport): string {
  const { candidates, unit } = report
  const others = candidates.filter(row => toneOf(row, report) === 'other')
  const isFirst = (row: RowReport) =>
    others.find(({ name }) => libraryOf(name) === libraryOf(row.name)) === row
  return others
    .filter(isFirst)
    .map(({ name, figure }) => `${escapeMarkdown(name)} ${formatFigure(figure.median, unit)}`)
    .join(' · ')
}

/** `prom-client` of `prom-client observe(labels, …)`. */
function libraryOf(rowName: string): string {
  return rowName.split(/[ ,]/, 1)[0]!
}

/** Its figures are those of the table above it. */
function pictureOf(reports: readonly QuestionReport[]): string {
  const groups = firstOfEach(reports, PICTURED).map(
    ({ title, report }) => `${title} ${figuresOf(report.candidates, report)}`,
  )
  if (groups.length === 0) return ''
  return picture(`The figures above as bars. ${groups.join('. ')}`, HEADLINE_PICTURE_PATH)
}

/** What has no peer: the rows of a question, side by side. */
function listedRows(
  reports: readonly QuestionReport[],
  titles: Readonly<Record<string, string>>,
): string[][] {
  return firstOfEach(reports, titles).map(({ title, report }) => {
    const figures = fewRowsOf(report).map(({ name, figure }) =>
      named(name, formatFigure(figure.median, report.unit)),
    )
    return [title, figures.join(' · ')]
  })
}

/** All rows; if those are too many, what is not there for scale only; or else what has a goal. */
function fewRowsOf({ candidates }: QuestionReport): readonly RowReport[] {
  const measured = candidates.filter(row => !isForScale(row))
  const fitting = [candidates, measured].find(rows => rows.length <= LISTED_ROWS_MAX)
  return fitting ?? candidates.filter(({ goal }) => goal !== undefined)
}

function factsTable(rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : table(['', 'measured'], rows, [0, 1])
}

function named(name: string, figure: string): string {
  return `${escapeMarkdown(name)} ${bold(figure)}`
}

/** The first answer of each load question, but for curves, which are too much for a line. */
function loadTables(reports: readonly QuestionReport[]): string[] {
  const loads = reports.filter(({ curve }) => curve === undefined)
  const firsts = loads.filter((one, index) => loads.findIndex(({ name }) => name === one.name) === index)
  const titles = Object.fromEntries(firsts.map(report => [report.name, linkedTitle(report)]))
  const isCompared = ({ candidates }: QuestionReport) => candidates.some(({ isSubject }) => isSubject)
  return [
    callTable('a program under load', firsts.filter(isCompared), titles),
    factsTable(
      listedRows(
        firsts.filter(one => !isCompared(one)),
        titles,
      ),
    ),
  ]
}

function linkedTitle({ name, asks, part }: QuestionReport): string {
  return `[${name}](${DOCUMENT_PATH}#${anchorOf(name)}): ${escapeMarkdown(part ?? asks)}`
}

/** In the order of the titles. A name stands for a question's first answer, a name with a part for that one. */
function firstOfEach(reports: readonly QuestionReport[], titles: Readonly<Record<string, string>>) {
  return Object.entries(titles).flatMap(([name, title]) => {
    const report = reports.find(one => one.name === name || `${one.name}: ${one.part}` === name)
    return report === undefined ? [] : [{ title, report }]
  })
}
