/** One line on stderr that says how far things are, and goes away. */

/** On a terminal it is redrawn in place; elsewhere nothing is shown, so that logs stay short. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(text: string): void {
    if (!this.#stream.isTTY) return
    this.#stream.cursorTo(0)
    this.#stream.write(text)
    this.#stream.clearLine(1)
  }

  clear(): void {
    this.show('')
    if (this.#stream.isTTY) this.#stream.cursorTo(0)
  }
}
