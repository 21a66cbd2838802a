/** Which picture shows a question's answer: bars, or a curve where its rows are points of one. Pure. */
import { formatFigure } from '../core/quantity.ts'
import type { Unit } from '../core/question.ts'
import type { QuestionReport, RowReport } from '../core/report.ts'
import { capitalized } from './markdown.ts'
import { type Bar, drawBars } from './plot/bars.ts'
import { drawCurves, type PlotLine } from './plot/curves.ts'
import { toneOf } from './tones.ts'

const ALT_ROWS_MAX = 4

/** What a picture shows, in words: a reader of the page is not given the description inside the picture. Of a curve's lines
 *  it has the ends. */
export function altOf(report: QuestionReport): string {
  const { name, asks, part, curve, candidates } = report
  const isEnd = ({ line }: RowReport, index: number) =>
    candidates[index - 1]?.line !== line || candidates[index + 1]?.line !== line
  return `${name}: ${part ?? asks} ${figuresOf(curve ? candidates.filter(isEnd) : candidates, report)}`
}

/** `offloop 4.78 ns; node 15.4 ns; and 5 more` */
export function figuresOf(rows: readonly RowReport[], { unit }: QuestionReport): string {
  const finite = rows.filter(({ figure }) => Number.isFinite(figure.median))
  const shown = finite
    .slice(0, ALT_ROWS_MAX)
    .map(row => `${row.name} ${formatFigure(row.figure.median, unit)}`)
  const more = finite.length - shown.length
  return `(${[...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')})`
}

/** @returns undefined where there is nothing to compare */
export function plotOf(report: QuestionReport): string | undefined {
  const { asks, part, unit, curve, candidates } = report
  const rows = candidates.filter(({ figure }) => Number.isFinite(figure.median))
  if (rows.length < 2) return undefined
  const title = capitalized(part ?? asks)
  const formatY = (value: number) => formatTick(value, unit)
  if (curve !== undefined && rows.some(({ at }) => at !== undefined)) {
    const lines = linesOf(rows, report)
    const footnote = `Lines: medians of the rounds; bands: their middle half. ${directionOf(unit)}`
    return drawCurves({
      title,
      footnote,
      lines,
      xTitle: curve.x,
      xScale: curve.scale,
      formatX: formatAt,
      formatY,
    })
  }
  const bars = rows.map(row => barOf(row, report))
  return drawBars({ title, footnote: barsFootnote(unit), groups: [{ bars }], formatTick: formatY })
}

export function barOf(row: RowReport, report: QuestionReport): Bar {
  const { name, figure, goal } = row
  return {
    name,
    ...figure,
    label: formatFigure(figure.median, report.unit),
    tone: toneOf(row, report),
    goal: goal?.of === 'figure' ? goal.limit : undefined,
  }
}

export function barsFootnote(unit: Unit): string {
  return `Medians of the rounds; whiskers: their middle half. ${directionOf(unit)}`
}

/** An axis is marked with round values: `1 µs` in place of `1.00 µs`. */
export function formatTick(value: number, unit: Unit): string {
  if (value === 0) return '0'
  const text = formatFigure(value, unit)
    .replace(/\.0+(?= |$)/, '')
    .replace(/(\.\d*[1-9])0+(?= |$)/, '$1')
  const isTooSmallForDigits = Number.parseFloat(text) === 0
  return isTooSmallForDigits ? text.replace(/^-?0/, String(value)) : text
}

/** `1,000`, `20 k`, `1 M`. */
export function formatAt(value: number): string {
  if (value >= 1e6) return `${formatPlain(value / 1e6)} M`
  if (value >= 1e4) return `${formatPlain(value / 1e3)} k`
  return formatPlain(value)
}

function formatPlain(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 })
}

function linesOf(rows: readonly RowReport[], report: QuestionReport): PlotLine[] {
  const lines = new Map<string, RowReport[]>()
  for (const row of rows.filter(({ at }) => at !== undefined)) {
    const name = row.line ?? (row.isSubject ? 'offloop' : (report.part ?? report.asks))
    lines.set(name, [...(lines.get(name) ?? []), row])
  }
  const tones = [...lines.values()].map(([row]) => toneOf(row!, report))
  // Where all lines are offloop's, the first is drawn as such, and the others so that they can be told apart.
  const isOurs = tones.every(tone => tone === 'ours')
    ? tones.map((_, index) => index === 0)
    : tones.map(tone => tone === 'ours')
  return [...lines].map(([name, ofLine], index) => ({
    name,
    isOurs: isOurs[index]!,
    points: ofLine.map(({ at, figure }) => ({ ...figure, at: at! })).sort((a, b) => a.at - b.at),
  }))
}

function directionOf(unit: Unit): string {
  return unit.endsWith('/s') ? 'More is better.' : 'Less is better.'
}
