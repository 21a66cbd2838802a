/** What a test sees in a picture: its texts, where they stand, and all places that something is drawn at. */
import { textWidth } from '../../../bench/report/plot/svg.ts'

interface DrawnText {
  readonly content: string
  readonly left: number
  readonly right: number
  readonly y: number
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly texts: readonly DrawnText[]
  /** Of every attribute that is a place across, or down. */
  readonly across: readonly number[]
  readonly down: readonly number[]
}

const FONT_PX = { title: 15, note: 12, '': 13 } as const

export function readDrawing(svg: string): Drawing {
  const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg)!
  const numbers = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, number]) => Number(number))
  const pairs = [...svg.matchAll(/points="([^"]*)"/g)].flatMap(([, points]) => points!.split(' '))
  return {
    width: Number(width),
    height: Number(height),
    texts: [...svg.matchAll(/<text x="(\S+)" y="(\S+)" class="([^"]*)">([^<]*)<\/text>/g)].map(readText),
    across: [...numbers(/ (?:x|x1|x2|cx)="([^"]*)"/g), ...pairs.map(pair => Number(pair.split(',')[0]))],
    down: [...numbers(/ (?:y|y1|y2|cy)="([^"]*)"/g), ...pairs.map(pair => Number(pair.split(',')[1]))],
  }
}

/** What is wrong with a picture: nothing, where all of it can be seen. */
export function faultsOf(svg: string): string[] {
  const { width, height, texts, across, down } = readDrawing(svg)
  const isBeyond = (value: number, end: number) => !(value >= 0 && value <= end)
  return [
    ...across.filter(x => isBeyond(x, width)).map(x => `${x} is beside the picture`),
    ...down.filter(y => isBeyond(y, height)).map(y => `${y} is above or below the picture`),
    ...texts
      .filter(({ left, right }) => isBeyond(left, width) || isBeyond(right, width))
      .map(({ content }) => `"${content}" is clipped`),
    ...texts.flatMap((one, index) =>
      texts
        .slice(index + 1)
        .filter(other => doOverlap(one, other))
        .map(other => `"${one.content}" and "${other.content}" overlap`),
    ),
  ]
}

function doOverlap(a: DrawnText, b: DrawnText): boolean {
  return Math.abs(a.y - b.y) < 12 && a.left < b.right && b.left < a.right
}

function readText([, x, y, classes = '', escaped = '']: RegExpExecArray): DrawnText {
  const content = escaped
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
  const font = /title|note/.exec(classes)?.[0] as 'title' | 'note' | undefined
  const width = textWidth(content, FONT_PX[font ?? ''])
  const at = Number(x)
  const left = classes.includes('end') ? at - width : classes.includes('middle') ? at - width / 2 : at
  return { content, left, right: left + width, y: Number(y) }
}
