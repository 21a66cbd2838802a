/** Lines of styled text whose width is known before any colour goes in. Pure. */

export type Style = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'notice'

export interface Span {
  readonly text: string
  readonly style: Style
}

export type Line = readonly Span[]

/** What turns a style into a terminal's colours; or, for plain text, into nothing. */
export type Palette = Readonly<Record<Style, (text: string) => string>>

const same = (text: string) => text
export const NO_COLOURS: Palette = {
  plain: same,
  strong: same,
  faint: same,
  good: same,
  bad: same,
  notice: same,
}

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style }
}

export function line(...parts: readonly (Span | string)[]): Line {
  return parts.map(part => (typeof part === 'string' ? span(part) : part))
}

/** Characters it takes. Every character used here is one column wide. */
function widthOf(parts: Line): number {
  return parts.reduce((width, { text }) => width + text.length, 0)
}

/** The line in at most `columns` characters; `…` stands for what was cut. */
export function clip(parts: Line, columns: number): Line {
  if (widthOf(parts) <= columns) return parts
  const kept: Span[] = []
  let left = columns - 1
  for (const { text, style } of parts) {
    if (left <= 0) break
    kept.push(span(text.slice(0, left), style))
    left -= text.length
  }
  return columns < 1 ? [] : [...kept, span('…', 'faint')]
}

/** `text` in exactly `width` characters. */
export function toWidth(text: string, width: number, align: 'left' | 'right'): string {
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text
  return align === 'left' ? cut.padEnd(width) : cut.padStart(width)
}

/** The line as it goes out. Spaces at its end stay away: they would be blots in a copied text. */
export function paint(parts: Line, palette: Palette): string {
  const end = parts.findLastIndex(({ text }) => text.trimEnd() !== '')
  return parts
    .slice(0, end + 1)
    .map(({ text, style }, index) => palette[style](index === end ? text.trimEnd() : text))
    .join('')
}
