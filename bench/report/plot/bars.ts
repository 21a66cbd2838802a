/** Horizontal bars: a median for each row, with the middle half of the rounds drawn over it. Pure. */
import {
  FONT_PX,
  type Frame,
  framed,
  horizontalAxis,
  LINE_PX,
  PADDING_PX,
  type Tone,
  WIDTH_PX,
} from './frame.ts'
import { type Scale, scaleOf } from './scale.ts'
import { element, line, rectangle, text, textWidth, wrapText } from './svg.ts'

export interface Bar {
  readonly name: string
  readonly median: number
  readonly p25: number
  readonly p75: number
  /** The median as people read it. */
  readonly label: string
  readonly tone: Tone
  /** Where the figure itself is to be. */
  readonly goal?: number | undefined
}

interface BarGroup {
  readonly heading?: string | undefined
  readonly bars: readonly Bar[]
}

export interface BarsPlot extends Pick<Frame, 'title' | 'footnote'> {
  /** At least one, with at least one bar. */
  readonly groups: readonly BarGroup[]
  readonly formatTick: (value: number) => string
  /** Otherwise logarithmic where the figures span more than two powers of ten. */
  readonly scale?: Scale['kind'] | undefined
}

const NAME_WIDTH_PX_MAX = 300
const ROW_GAP_PX = 13
const BAR_PX = 16
const DOT_PX = 5
const GOAL_PX = 28
const HEADING_PX = 28
const LABEL_GAP_PX = 8

export function drawBars({ title, footnote, groups, formatTick, scale: kind }: BarsPlot): string {
  const bars = groups.flatMap(group => group.bars)
  const scale = scaleOf(bars.flatMap(reachOf), kind)
  const names = bars.flatMap(({ name }) => wrapText(name, NAME_WIDTH_PX_MAX, FONT_PX))
  const left = PADDING_PX + Math.max(...names.map(name => textWidth(name, FONT_PX))) + 10
  const labelWidth = Math.max(...bars.map(({ label }) => textWidth(label, FONT_PX)))
  const right = WIDTH_PX - PADDING_PX - labelWidth - LABEL_GAP_PX
  const across = (value: number) => left + (right - left) * scale.position(value)

  return framed(
    { title, footnote: footnoteOf(footnote, scale, bars), description: describe(groups) },
    topPx => {
      const rows: string[] = []
      let y = topPx
      for (const { heading, bars: ofGroup } of groups) {
        if (heading !== undefined) {
          rows.push(text(PADDING_PX, y + 20, heading, { class: 'strong quiet' }))
          y += HEADING_PX
        }
        for (const bar of ofGroup) {
          const nameLines = wrapText(bar.name, NAME_WIDTH_PX_MAX, FONT_PX)
          const rowPx = nameLines.length * LINE_PX + ROW_GAP_PX
          rows.push(...drawName(nameLines, left, y, rowPx, lookOf(bar, bars)))
          rows.push(...drawBar(bar, { scale, across, left, y, rowPx, look: lookOf(bar, bars) }))
          y += rowPx
        }
      }
      const axis = horizontalAxis({ scale, left, right, top: topPx, bottom: y + 4, format: formatTick })
      return { body: [...axis, ...rows], bottomPx: y + 26 }
    },
  )
}

function drawName(lines: readonly string[], left: number, y: number, rowPx: number, look: string): string[] {
  const firstPx = y + rowPx / 2 - ((lines.length - 1) * LINE_PX) / 2 + 4.5
  return lines.map((content, index) =>
    text(left - 10, firstPx + index * LINE_PX, content, { class: `end ${look}` }),
  )
}

interface Place {
  readonly scale: Scale
  readonly across: (value: number) => number
  readonly left: number
  readonly y: number
  readonly rowPx: number
  readonly look: string
}

function drawBar(bar: Bar, { scale, across, left, y, rowPx, look }: Place): string[] {
  const { median, p25, p75, label, tone, goal } = bar
  const middle = y + rowPx / 2
  const end = across(median)
  const whisker = across(p75) - across(p25) >= 1 ? drawWhisker(across(p25), across(p75), middle) : []
  const goalPx = goal !== undefined && goal >= scale.min ? across(goal) : undefined
  const afterBarPx =
    Math.max(across(0), end + (scale.kind === 'log' ? DOT_PX : 0), across(p75)) + LABEL_GAP_PX
  const labelPx = clearOf(goalPx, afterBarPx, textWidth(label, FONT_PX))
  // The length of a bar means nothing on a logarithmic axis: there it is a dot, led to by a line.
  const shapes =
    scale.kind === 'log'
      ? [drawStem(left, end, middle, tone), ...whisker, drawDot(end, middle, tone)]
      : [drawBox(across(0), end, middle, tone), ...whisker]
  return [
    ...shapes,
    ...(goalPx === undefined ? [] : [drawGoal(goalPx, middle)]),
    text(labelPx, middle + 4.5, label, { class: look }),
  ]
}

function drawBox(zero: number, end: number, middle: number, tone: Tone): string {
  const widthPx = Math.max(Math.abs(end - zero), 1)
  return rectangle(Math.min(zero, end), middle - BAR_PX / 2, widthPx, BAR_PX, { rx: 1.5, class: tone })
}

function drawStem(left: number, end: number, middle: number, tone: Tone): string {
  return line(left, middle, end, middle, { class: `${tone}-line`, 'stroke-width': 2 })
}

function drawDot(x: number, middle: number, tone: Tone): string {
  return element('circle', { cx: x, cy: middle, r: DOT_PX, class: tone })
}

function drawGoal(x: number, middle: number): string {
  const look = { class: 'goal-line', 'stroke-width': 2.5, 'stroke-dasharray': '4 2' }
  return line(x, middle - GOAL_PX / 2, x, middle + GOAL_PX / 2, look)
}

/** Where a label begins so that the goal's mark does not run through it. */
function clearOf(goalPx: number | undefined, fromPx: number, widthPx: number): number {
  const isInTheWay = goalPx !== undefined && goalPx > fromPx - LABEL_GAP_PX && goalPx < fromPx + widthPx + 3
  return isInTheWay ? goalPx + LABEL_GAP_PX : fromPx
}

function drawWhisker(from: number, to: number, middle: number): string[] {
  const look = { class: 'ink-line', 'stroke-width': 1.5 }
  return [
    line(from, middle, to, middle, look),
    line(from, middle - 4, from, middle + 4, look),
    line(to, middle - 4, to, middle + 4, look),
  ]
}

/** Ours stands out where there is something to stand out from. */
function lookOf({ tone }: Bar, bars: readonly Bar[]): string {
  if (tone === 'scale') return 'quiet'
  return tone === 'ours' && bars.some(other => other.tone === 'other') ? 'ink strong' : 'ink'
}

/** What the axis has to reach. A goal of 0 lies on its end already. */
function reachOf({ median, p25, p75, goal }: Bar): number[] {
  return goal === undefined || goal === 0 ? [median, p25, p75] : [median, p25, p75, goal]
}

function footnoteOf(footnote: string, { kind }: Scale, bars: readonly Bar[]): string {
  const goals = bars.some(({ goal }) => goal !== undefined) ? ' Dashed: the goal.' : ''
  return `${footnote}${goals}${kind === 'log' ? ' The axis is logarithmic.' : ''}`
}

function describe(groups: readonly BarGroup[]): string {
  const sentences = groups.map(({ heading, bars }) => {
    const figures = bars.map(({ name, label }) => `${name}: ${label}`).join('; ')
    return heading === undefined ? figures : `${heading}: ${figures}`
  })
  return `${sentences.join('. ')}.`
}
