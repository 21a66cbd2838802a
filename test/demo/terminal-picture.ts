/** A terminal in little: understands the few escape codes that the demo uses, scrolls and wraps, and shows what stands
 *  there. A code it does not know is an error. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
const TOKEN = /\x1b\[(?<code>[?\d]*)(?<command>[A-Za-z])|\r|\n|[^\x1b\r\n]/gu

export class TerminalPicture {
  columns: number
  rows: number
  isCursorVisible = true
  #cells: string[][] = [[]]
  #row = 0
  #column = 0
  /** First line that is on the screen; those above have scrolled away. */
  #top = 0
  readonly #resizeListeners = new Set<() => void>()

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  /** Everything that was left standing, what has scrolled away included. */
  lines(): string[] {
    return this.#cells.map(cells => cells.join('').trimEnd())
  }

  get resizeListenerCount(): number {
    return this.#resizeListeners.size
  }

  on(_event: 'resize', listener: () => void): void {
    this.#resizeListeners.add(listener)
  }

  off(_event: 'resize', listener: () => void): void {
    this.#resizeListeners.delete(listener)
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    for (const listener of this.#resizeListeners) listener()
  }

  write(text: string): void {
    for (const { 0: token, groups } of text.matchAll(TOKEN)) {
      const { code = '', command } = groups ?? {}
      if (command !== undefined) this.#obey(command, code)
      else if (token === '\r') this.#column = 0
      else if (token === '\n') this.#newLine()
      else this.#put(token)
    }
  }

  #obey(command: string, code: string): void {
    const key = `${code}${command}`
    if (command === 'A') this.#row = Math.max(this.#top, this.#row - Number(code || 1))
    else if (key === '?25l' || key === '?25h') this.isCursorVisible = command === 'h'
    else if (key === '2K') this.#cells[this.#row] = []
    else if (key === 'J')
      this.#cells.splice(this.#row, Number.POSITIVE_INFINITY, this.#line.slice(0, this.#column))
    else if (key === 'H') {
      this.#row = this.#top
      this.#column = 0
    } else if (key === '2J') this.#cells.splice(this.#top, Number.POSITIVE_INFINITY, [])
    else throw new Error(`unknown escape code ${key}`)
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#newLine()
    const line = this.#line
    while (line.length < this.#column) line.push(' ')
    line[this.#column] = character
    this.#column += 1
  }

  #newLine(): void {
    this.#row += 1
    this.#column = 0
    if (this.#row === this.#cells.length) this.#cells.push([])
    this.#top = Math.max(this.#top, this.#row - this.rows + 1)
  }

  get #line(): string[] {
    const line = this.#cells[this.#row] ?? []
    this.#cells[this.#row] = line
    return line
  }
}
