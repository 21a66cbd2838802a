/** Markdown, written so that whatever stands in a name shows as it is. Pure. */

/** @param head the first column is text, the others are figures unless they are listed as text, too */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: readonly number[] = [0],
): string {
  const ruler = head.map((_, column) => (textColumns.includes(column) ? '---' : '---:'))
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return [line(head), `|${ruler.join('|')}|\n`, ...rows.map(line)].join('')
}

/** Leaves out the columns that have nothing in them. */
export function tableOfUsed(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: readonly number[] = [0],
): string {
  const used = head.map((_, column) => column).filter(column => rows.some(row => row[column] !== ''))
  const pick = (cells: readonly string[]) => used.map(column => cells[column]!)
  const textAmongUsed = used.flatMap((column, index) => (textColumns.includes(column) ? [index] : []))
  return table(pick(head), rows.map(pick), textAmongUsed)
}

/** A name that was not written for Markdown. */
export function escapeMarkdown(name: string): string {
  return name
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '\\|')
    .replaceAll('*', '\\*')
    .replaceAll('_', '\\_')
}

export function bold(markdown: string): string {
  return `**${markdown}**`
}

/** @param alt plain text */
export function picture(alt: string, path: string): string {
  return `![${escapeMarkdown(alt).replaceAll(/[[\]]/g, '')}](${path})\n`
}

/** Where a heading is linked to. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-')
}

/** Begins with a capital letter, unless what it begins with is a name: offloop, p99, labels(). */
export function capitalized(text: string): string {
  return /^(?!offloop\b)[a-z]+(?= |,|:|$)/.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text
}
