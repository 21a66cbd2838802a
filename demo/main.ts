/** The demo's entry: reads the command line, picks the view, minds signals and exit codes. */
import pc from 'picocolors'
import { createJsonView } from './json-view.ts'
import { type DemoOptions, HELP, readOptions, UsageError } from './options.ts'
import { createPlainView } from './plain-view.ts'
import { run } from './run.ts'
import { NO_COLOURS, type Palette } from './styled-line.ts'
import { createTerminalView } from './terminal-view.ts'
import type { View } from './view.ts'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2
const EXIT_CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143 }

process.exitCode = await main(process.argv.slice(2))

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController()
  let exitCode = 0
  // Whoever reads the output has gone (`npm start | head`): nobody to show anything to.
  process.stdout.on('error', () => stop.abort('a closed output'))
  try {
    const options = readOptions(args)
    if (options === 'help') {
      process.stdout.write(HELP)
      return 0
    }
    const view = pickView(options)
    for (const [signal, code] of Object.entries(EXIT_CODES)) {
      process.on(signal, () => {
        // The second time is meant: no more waiting.
        if (stop.signal.aborted) process.exit(code)
        exitCode = code
        stop.abort(signal)
      })
    }
    process.once('exit', () => view.close())
    try {
      await run(options, view, stop.signal)
    } finally {
      view.close()
    }
    return exitCode
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE
  }
}

function pickView({ json, durationMs }: DemoOptions): View {
  const { stdout, stderr } = process
  const write = (text: string) => stdout.writable && stdout.write(text)
  if (json) return createJsonView(write, text => stderr.write(text))
  const canRedraw = stdout.isTTY && process.env['TERM'] !== 'dumb'
  if (canRedraw) return createTerminalView(stdout, paletteOf(pc.isColorSupported))
  return createPlainView(write, durationMs)
}

function paletteOf(isColourful: boolean): Palette {
  if (!isColourful) return NO_COLOURS
  const { bold, dim, green, red, yellow } = pc
  return {
    plain: text => text,
    strong: bold,
    faint: dim,
    good: green,
    bad: text => bold(red(text)),
    notice: yellow,
  }
}

/** What went wrong and what to do about it, in one line where that is possible. */
function messageOf(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nTry --help.`
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken: give another one with --port, or leave it out for any free one.`
  }
  if (code === 'EACCES') return `Port ${port} needs privileges: give one above 1023 with --port.`
  return `The demo failed: ${error instanceof Error ? error.message : String(error)}`
}
