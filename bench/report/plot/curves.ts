/** Lines over an axis: medians joined, with the middle half of the rounds as a band. Pure. */
import {
  FONT_PX,
  type Frame,
  framed,
  horizontalAxis,
  LINE_PX,
  PADDING_PX,
  SERIES_COUNT,
  WIDTH_PX,
} from './frame.ts'
import { type Scale, scaleOf } from './scale.ts'
import { coordinate, element, line, text, textWidth, wrapText } from './svg.ts'

interface Point {
  readonly at: number
  readonly median: number
  readonly p25: number
  readonly p75: number
}

export interface PlotLine {
  readonly name: string
  readonly isOurs: boolean
  /** Ascending by `at`, at least one. */
  readonly points: readonly Point[]
}

export interface CurvesPlot extends Pick<Frame, 'title' | 'footnote'> {
  readonly lines: readonly PlotLine[]
  readonly xTitle: string
  readonly xScale: Scale['kind']
  readonly formatX: (value: number) => string
  readonly formatY: (value: number) => string
}

interface Look {
  readonly colour: string
  readonly dash: string
  readonly widthPx: number
}

const PLOT_HEIGHT_PX = 280
const SWATCH_PX = 30
const ENTRY_GAP_PX = 22
const BAND_OPACITY = 0.16
/** Told apart by their dashes as well, for those to whom colours look alike. */
const DASHES = ['7 3', '2 3', '9 3 2 3', '12 4', '4 4']

export function drawCurves({ title, footnote, lines, xTitle, xScale, formatX, formatY }: CurvesPlot): string {
  const points = lines.flatMap(one => one.points)
  const x = xScaleOf(points, xScale)
  const y = scaleOf(points.flatMap(({ median, p25, p75 }) => [median, p25, p75]))
  const looks = looksOf(lines)
  const left = PADDING_PX + Math.max(...y.ticks.map(tick => textWidth(formatY(tick), FONT_PX))) + 8
  const right = WIDTH_PX - PADDING_PX - 24
  const scales = [x.kind, y.kind].includes('log')
    ? ` ${x.kind === y.kind ? 'Both axes are' : `The ${x.kind === 'log' ? 'horizontal' : 'vertical'} axis is`} logarithmic.`
    : ''

  return framed(
    { title, footnote: `${footnote}${scales}`, description: describe(lines, xTitle, formatX, formatY) },
    topPx => {
      const legend = drawLegend(lines, looks, topPx)
      const top = legend.bottomPx + 14
      const bottom = top + PLOT_HEIGHT_PX
      const place: Place = {
        across: value => left + (right - left) * x.position(value),
        up: value => bottom - PLOT_HEIGHT_PX * y.position(value),
      }
      const ats = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b)
      const body = [
        ...y.ticks.flatMap(tick => [
          line(left, place.up(tick), right, place.up(tick), { class: 'grid' }),
          text(left - 8, place.up(tick) + 4.5, formatY(tick), { class: 'note quiet end' }),
        ]),
        ...horizontalAxis({ scale: x, left, right, top, bottom, format: formatX, ticks: ats }),
        // The line that matters most is drawn last, over the others.
        ...[...lines.entries()]
          .sort(([, a], [, b]) => Number(a.isOurs) - Number(b.isOurs))
          .flatMap(([index, one]) => drawLine(one, looks[index]!, place)),
        text((left + right) / 2, bottom + 40, xTitle, { class: 'note quiet middle' }),
        ...legend.body,
      ]
      return { body, bottomPx: bottom + 44 }
    },
  )
}

interface Place {
  readonly across: (value: number) => number
  readonly up: (value: number) => number
}

function drawLine({ points }: PlotLine, { colour, dash, widthPx }: Look, { across, up }: Place): string[] {
  const pair = (x: number, y: number) => `${coordinate(x)},${coordinate(y)}`
  const medians = points.map(({ at, median }) => pair(across(at), up(median)))
  const upper = points.map(({ at, p75 }) => pair(across(at), up(p75)))
  const lower = points.map(({ at, p25 }) => pair(across(at), up(p25)))
  return [
    element('polygon', {
      points: [...upper, ...lower.reverse()].join(' '),
      class: colour,
      'fill-opacity': String(BAND_OPACITY),
    }),
    element('polyline', { points: medians.join(' '), class: `${colour}-line`, ...strokeOf(dash, widthPx) }),
    ...points.map(({ at, median }) =>
      element('circle', { cx: across(at), cy: up(median), r: widthPx + 1, class: colour }),
    ),
  ]
}

/** Entries side by side, as many as there is room for. */
function drawLegend(lines: readonly PlotLine[], looks: readonly Look[], topPx: number) {
  const body: string[] = []
  let x = PADDING_PX
  let y = topPx
  for (const [index, { name, isOurs }] of lines.entries()) {
    const { colour, dash, widthPx } = looks[index]!
    const nameLines = wrapText(name, WIDTH_PX - 2 * PADDING_PX - SWATCH_PX, FONT_PX)
    const entryPx = SWATCH_PX + Math.max(...nameLines.map(content => textWidth(content, FONT_PX)))
    if (x > PADDING_PX && x + entryPx > WIDTH_PX - PADDING_PX) {
      x = PADDING_PX
      y += LINE_PX + 3
    }
    body.push(
      line(x, y + 9, x + SWATCH_PX - 8, y + 9, { class: `${colour}-line`, ...strokeOf(dash, widthPx) }),
    )
    const look = isOurs ? 'ink strong' : 'ink'
    nameLines.forEach((content, row) => {
      body.push(text(x + SWATCH_PX, y + 13.5 + row * LINE_PX, content, { class: look }))
    })
    y += (nameLines.length - 1) * LINE_PX
    x += entryPx + ENTRY_GAP_PX
  }
  return { body, bottomPx: y + LINE_PX + 3 }
}

function looksOf(lines: readonly PlotLine[]): Look[] {
  let oursCount = 0
  let otherCount = 0
  return lines.map(({ isOurs }) => {
    if (isOurs) return { colour: 'ours', dash: oursCount++ === 0 ? '' : '8 3', widthPx: 3 }
    const index = otherCount++ % SERIES_COUNT
    return { colour: `series-${index + 1}`, dash: DASHES[index % DASHES.length]!, widthPx: 2 }
  })
}

function strokeOf(dash: string, widthPx: number) {
  return dash === '' ? { 'stroke-width': widthPx } : { 'stroke-width': widthPx, 'stroke-dasharray': dash }
}

/** From the first point to the last, without room on either side: the labels stand under the points themselves. */
function xScaleOf(points: readonly Point[], kind: Scale['kind']): Scale {
  const ats = points.map(({ at }) => at)
  const min = Math.min(...ats)
  const max = Math.max(...ats)
  const isLog = kind === 'log' && min > 0
  const transform = isLog ? Math.log10 : (value: number) => value
  const length = transform(max) - transform(min)
  const position = (value: number) => (length === 0 ? 0.5 : (transform(value) - transform(min)) / length)
  return { kind: isLog ? 'log' : 'linear', min, max, ticks: [], position }
}

function describe(
  lines: readonly PlotLine[],
  xTitle: string,
  formatX: (value: number) => string,
  formatY: (value: number) => string,
): string {
  const sentences = lines.map(
    ({ name, points }) =>
      `${name}: ${points.map(({ at, median }) => `${formatY(median)} at ${formatX(at)}`).join(', ')}.`,
  )
  return `By ${xTitle}. ${sentences.join(' ')}`
}
