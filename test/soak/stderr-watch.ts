/** What reaches stderr, this run's own progress apart: a service's log would have it. */

const LINES_MAX = 20

/** From when it is made until `end()`. Writing goes on as ever. */
export class StderrWatch {
  readonly lines: string[] = []
  readonly #write = process.stderr.write

  constructor() {
    const write = this.#write.bind(process.stderr) as (...given: unknown[]) => boolean
    process.stderr.write = (...given: [unknown, ...unknown[]]) => {
      this.add(String(given[0]).trimEnd())
      return write(...given)
    }
  }

  add(line: string): void {
    if (this.lines.length < LINES_MAX) this.lines.push(line)
  }

  end(): void {
    process.stderr.write = this.#write
  }
}
