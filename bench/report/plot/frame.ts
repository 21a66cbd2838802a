/** What all plots have in common: size, panel, colours, heading, axis, footnote. Pure. */
import type { Scale } from './scale.ts'
import { element, escapeXml, line, rectangle, text, textWidth, wrapText } from './svg.ts'

export const WIDTH_PX = 760
export const PADDING_PX = 18
export const FONT_PX = 13
export const LINE_PX = 17
const TITLE_FONT_PX = 15
const TITLE_LINE_PX = 20
const FOOTNOTE_FONT_PX = 12
/** Widths are estimated for bold text, and the footnote is not. */
const REGULAR_WIDTH = 0.9
/** Between one label of an axis and the next. */
const TICK_GAP_PX = 10

/** Whose figure it is: offloop's, that of something else, or one that is there for scale. */
export type Tone = 'ours' | 'other' | 'scale'

/** Hues after Okabe and Ito, who chose them for all kinds of colour vision, but darker on white: there several of theirs
 *  have too little contrast. Each has 3:1 at least against the panel, and lines differ in their dashes as well.
 *  @see https://jfly.uni-koeln.de/color/
 *  @see WCAG 2.2, 1.4.11 */
const SERIES_COLOURS = {
  light: ['#c44e00', '#007a5a', '#a8487a', '#8a6d00', '#444444'],
  dark: ['#ff8a3d', '#2fc79a', '#e596bd', '#f0e442', '#cccccc'],
} as const
export const SERIES_COUNT = SERIES_COLOURS.light.length

/** GitHub shows a picture as the system's scheme is, whatever that of the page: so the panel is opaque, and the plot
 *  is readable on either. */
const STYLE = [
  'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:13px}',
  '.title{font-size:15px;font-weight:600}',
  '.note{font-size:12px}',
  '.strong{font-weight:600}',
  '.end{text-anchor:end}',
  '.middle{text-anchor:middle}',
  coloursOf({
    panel: '#ffffff',
    border: '#d1d9e0',
    ink: '#1f2328',
    quiet: '#59636e',
    grid: '#e3e7eb',
    ours: '#0067b3',
    other: '#6e7883',
    scale: '#89939e',
    goal: '#d9480f',
    series: SERIES_COLOURS.light,
  }),
  '@media (prefers-color-scheme:dark){',
  coloursOf({
    panel: '#0d1117',
    border: '#3d444d',
    ink: '#f0f6fc',
    quiet: '#9aa4b0',
    grid: '#262c36',
    ours: '#56b4e9',
    other: '#a9b3bd',
    scale: '#6a737d',
    goal: '#ff8a3d',
    series: SERIES_COLOURS.dark,
  }),
  '}',
].join('')

interface Colours {
  readonly panel: string
  readonly border: string
  readonly ink: string
  readonly quiet: string
  readonly grid: string
  readonly ours: string
  readonly other: string
  readonly scale: string
  readonly goal: string
  readonly series: readonly string[]
}

export interface Frame {
  readonly title: string
  /** For those who cannot see the picture: what it shows, figures included. */
  readonly description: string
  readonly footnote: string
}

/** Draws what is below the heading.
 *  @param draw is given where the heading ends, and gives back its markup and where that ends */
export function framed(
  { title, description, footnote }: Frame,
  draw: (topPx: number) => { body: readonly string[]; bottomPx: number },
): string {
  const widthMax = WIDTH_PX - 2 * PADDING_PX
  const titleLines = wrapText(title, widthMax, TITLE_FONT_PX)
  const { body, bottomPx } = draw(PADDING_PX + titleLines.length * TITLE_LINE_PX + 6)
  const noteLines = wrapText(footnote, widthMax, FOOTNOTE_FONT_PX * REGULAR_WIDTH)
  const height = Math.ceil(bottomPx + 10 + noteLines.length * LINE_PX + PADDING_PX - 8)
  const parts = [
    element('title', { id: 'title' }, escapeXml(title)),
    element('desc', { id: 'desc' }, escapeXml(description)),
    element('style', {}, STYLE),
    rectangle(0.5, 0.5, WIDTH_PX - 1, height - 1, { rx: 6, class: 'panel' }),
    ...titleLines.map((content, index) =>
      text(PADDING_PX, PADDING_PX + 13 + index * TITLE_LINE_PX, content, { class: 'title ink' }),
    ),
    ...body,
    ...noteLines.map((content, index) =>
      text(PADDING_PX, bottomPx + 22 + index * LINE_PX, content, { class: 'note quiet' }),
    ),
  ]
  const size = { width: WIDTH_PX, height, viewBox: `0 0 ${WIDTH_PX} ${height}` }
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    ...size,
    role: 'img',
    'aria-labelledby': 'title desc',
  }
  return `${element('svg', attributes, `\n${parts.join('\n')}\n`)}\n`
}

export interface HorizontalAxis {
  readonly scale: Scale
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly format: (value: number) => string
  /** Values to mark, where they are not the scale's own. */
  readonly ticks?: readonly number[]
}

/** Grid lines and their labels. Where there is no room for all, every second of them stays, or every third …; of values
 *  that are given, and need not be as far from each other, each that does not touch the one before. */
export function horizontalAxis({ scale, left, right, top, bottom, format, ticks }: HorizontalAxis): string[] {
  const placed = (ticks ?? scale.ticks).map((tick): PlacedTick => {
    const label = format(tick)
    const x = left + (right - left) * scale.position(tick)
    return { label, x, halfPx: textWidth(label, FOOTNOTE_FONT_PX) / 2 }
  })
  const labelled = ticks === undefined ? everyNth(placed) : thinned(placed)
  return (ticks === undefined ? labelled : placed).flatMap(tick => {
    const grid = line(tick.x, top, tick.x, bottom, { class: 'grid' })
    const label = text(tick.x, bottom + 18, tick.label, { class: 'note quiet middle' })
    return labelled.includes(tick) ? [grid, label] : [grid]
  })
}

interface PlacedTick {
  readonly label: string
  readonly x: number
  readonly halfPx: number
}

function everyNth(ticks: readonly PlacedTick[]): PlacedTick[] {
  for (let step = 1; step < ticks.length; step += 1) {
    const some = ticks.filter((_, index) => index % step === 0)
    if (thinned(some).length === some.length) return some
  }
  return thinned(ticks)
}

function thinned(ticks: readonly PlacedTick[]): PlacedTick[] {
  let freeFromPx = Number.NEGATIVE_INFINITY
  return ticks.filter(({ x, halfPx }) => {
    const isFree = x - halfPx >= freeFromPx && x + halfPx <= WIDTH_PX - 2
    if (isFree) freeFromPx = x + halfPx + TICK_GAP_PX
    return isFree
  })
}

function coloursOf({ panel, border, ink, quiet, grid, ours, other, scale, goal, series }: Colours): string {
  const both = (name: string, colour: string) =>
    `.${name}{fill:${colour}}.${name}-line{stroke:${colour};fill:none}`
  return [
    `.panel{fill:${panel};stroke:${border}}.ink{fill:${ink}}.quiet{fill:${quiet}}.grid{stroke:${grid}}`,
    `.ink-line{stroke:${ink};fill:none}.goal-line{stroke:${goal};fill:none}`,
    both('ours', ours),
    both('other', other),
    both('scale', scale),
    ...series.map((colour, index) => both(`series-${index + 1}`, colour)),
  ].join('')
}
