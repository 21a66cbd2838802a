/** The table of series: as many columns as there is room for. Pure. */
import type { SeriesSnapshot, TelemetrySnapshot } from 'offloop'
import { formatCount, formatValue, NO_VALUE } from './quantity.ts'
import { type Line, line, type Span, span, toWidth } from './styled-line.ts'

interface Column {
  readonly title: string
  readonly width: number
  /** Columns of a higher rank go first when there is not enough room. */
  readonly rank: number
  readonly text: (series: SeriesSnapshot) => string
}

const INDENT = ' '
const NAME_TITLE = 'series'
const NAME_WIDTH_MIN = 12
const STATE_TITLE = '  slo'
const STATE_WIDTH = 10

const COLUMNS: readonly Column[] = [
  { title: 'rate/s', width: 7, rank: 1, text: ({ rate }) => formatCount(rate) },
  { title: 'count', width: 8, rank: 3, text: ({ total }) => formatCount(total) },
  { title: 'last', width: 8, rank: 6, text: ({ last, unit, kind }) => ofSamples(kind, last, unit) },
  { title: 'mean', width: 8, rank: 7, text: ({ mean, unit, kind }) => ofSamples(kind, mean, unit) },
  { title: 'p50', width: 8, rank: 2, text: ({ p50, unit, kind }) => ofSamples(kind, p50, unit) },
  { title: 'p95', width: 8, rank: 0, text: ({ p95, unit, kind }) => ofSamples(kind, p95, unit) },
  { title: 'p99', width: 8, rank: 4, text: ({ p99, unit, kind }) => ofSamples(kind, p99, unit) },
  { title: 'max', width: 8, rank: 5, text: ({ max, unit, kind }) => ofSamples(kind, max, unit) },
]

export function renderSeriesTable(snapshot: TelemetrySnapshot, columns: number): Line[] {
  const { series } = snapshot
  const nameWidth = Math.max(NAME_WIDTH_MIN, ...series.map(one => nameOf(one).length))
  const shown = columnsThatFit(columns - INDENT.length - nameWidth - STATE_WIDTH)
  const titles = shown.map(({ title, width }) => toWidth(title, width, 'right')).join('')
  return [
    line(span(`${INDENT}${toWidth(NAME_TITLE, nameWidth, 'left')}${titles}${STATE_TITLE}`, 'faint')),
    ...series.map(one =>
      line(
        `${INDENT}${toWidth(nameOf(one), nameWidth, 'left')}`,
        shown.map(({ width, text }) => toWidth(text(one), width, 'right')).join(''),
        stateOf(one, snapshot),
      ),
    ),
    line(span(`${INDENT}${scopeOf(series)}`, 'faint')),
  ]
}

/** Metric and label values: `http_request /users`. */
function nameOf({ metric, labels }: Pick<SeriesSnapshot, 'metric' | 'labels'>): string {
  return [metric, ...Object.values(labels)].join(' ')
}

function columnsThatFit(room: number): readonly Column[] {
  let left = room
  const fitting = new Set<Column>()
  for (const column of [...COLUMNS].sort((a, b) => a.rank - b.rank)) {
    left -= column.width
    if (left < 0) break
    fitting.add(column)
  }
  return COLUMNS.filter(column => fitting.has(column))
}

/** The worst state of the objectives that judge just this series. */
function stateOf(series: SeriesSnapshot, { slos }: TelemetrySnapshot): Span {
  const judging = slos.filter(slo => nameOf(slo) === nameOf(series))
  if (judging.length === 0) return span('')
  if (judging.some(({ state }) => state === 'violated')) return span('  violated', 'bad')
  return judging.some(({ state }) => state === 'ok') ? span('  ok', 'good') : span(`  ${NO_VALUE}`, 'faint')
}

/** What the columns speak of. */
function scopeOf(series: readonly SeriesSnapshot[]): string {
  const capacity = Math.max(0, ...series.map(({ window }) => window.capacity))
  return `count since the start, rate over 10 s; the others exact over ${formatCount(capacity)} samples`
}

/** A counter has a total and a rate, but no single values to rank. */
function ofSamples(
  kind: SeriesSnapshot['kind'],
  value: number | undefined,
  unit: SeriesSnapshot['unit'],
): string {
  return kind === 'counter' ? '' : formatValue(value, unit)
}
