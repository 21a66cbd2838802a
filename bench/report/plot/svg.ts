/** The few elements of SVG that the plots are made of, and how wide a text will be. Pure. */

export type Attributes = Readonly<Record<string, string | number>>

/** @param children markup, which is not escaped again */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeText(value)}"`)
  const start = `<${name}${written.join('')}`
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeXml(content))
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element('line', { x1, y1, x2, y2, ...attributes })
}

export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  attributes: Attributes,
): string {
  return element('rect', { x, y, width, height, ...attributes })
}

export function escapeXml(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A tenth of a pixel is enough, and keeps the files small.
 *  @throws RangeError for what is no place on paper */
export function coordinate(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a plot has no place for ${value}`)
  return Math.round(value * 10) / 10
}

/** In pixels, for the widest of the fonts that `system-ui` usually means, bold: never less than what a reader sees. */
export function textWidth(content: string, fontSizePx: number): number {
  let em = 0
  for (const character of content) em += characterEm(character)
  return em * fontSizePx
}

/** Breaks between words. A word that is too long by itself is broken, too. */
export function wrapText(content: string, widthMax: number, fontSizePx: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of content.split(' ').flatMap(one => breakWord(one, widthMax, fontSizePx))) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && textWidth(longer, fontSizePx) > widthMax) {
      lines.push(current)
      current = word
    } else {
      current = longer
    }
  }
  return [...lines, current]
}

function breakWord(word: string, widthMax: number, fontSizePx: number): string[] {
  const pieces = ['']
  for (const character of word) {
    if (textWidth(pieces.at(-1)! + character, fontSizePx) > widthMax) pieces.push('')
    pieces[pieces.length - 1] += character
  }
  return pieces
}

function characterEm(character: string): number {
  if (/[iljI.,:;'|!’]/.test(character)) return 0.39
  if (/[\sftr()[\]/·-]/.test(character)) return 0.47
  if (/[mwMWµ@%…—]/.test(character)) return 1.02
  if (/[A-Z]/.test(character)) return 0.79
  return 0.7
}

function attributeText(value: string | number): string {
  return typeof value === 'number' ? String(coordinate(value)) : escapeXml(value)
}
