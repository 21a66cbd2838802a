/** The demo's pure parts, as they were built: its TypeScript project is not among those that the tests refer to. */
import type { SLORecoveryEvent, SLOViolationEvent, TelemetrySnapshot, Unit } from '../../src/index.ts'

interface Frame {
  readonly snapshot: TelemetrySnapshot
  readonly phase: 'before' | 'slow' | 'after'
  readonly elapsedMs: number
  readonly durationMs: number
}

type Line = readonly { readonly text: string; readonly style: string }[]
type Palette = Readonly<Record<string, (text: string) => string>>

interface View {
  started(url: string, connections: number): void
  frame(frame: Frame): void
  phase(phase: Frame['phase'], elapsedMs: number): void
  violation(event: SLOViolationEvent, elapsedMs: number): void
  recovery(event: SLORecoveryEvent, elapsedMs: number): void
  note(text: string, elapsedMs: number): void
  summary(summary: object): void
  close(): void
}

interface Demo {
  readonly readOptions: (args: readonly string[]) => 'help' | Record<string, unknown>
  readonly HELP: string
  readonly formatValue: (value: number | undefined, unit: Unit) => string
  readonly formatMs: (ms: number) => string
  readonly formatCount: (count: number) => string
  readonly renderFrame: (frame: Frame, columns: number) => Line[]
  readonly renderSummary: (summary: object) => Line[]
  readonly summarize: (parts: object) => Record<string, unknown>
  readonly clip: (line: Line, columns: number) => Line
  readonly paint: (line: Line, palette: Palette) => string
  readonly NO_COLOURS: Palette
  readonly createTerminalView: (screen: object, palette: Palette) => View
  readonly createPlainView: (write: (text: string) => void, durationMs: number) => View
  readonly createJsonView: (write: (text: string) => void, writeError: (text: string) => void) => View
}

const FILES = [
  'options',
  'quantity',
  'frame',
  'summary',
  'summary-lines',
  'styled-line',
  'terminal-view',
  'plain-view',
  'json-view',
]

const modules = await Promise.all(
  FILES.map(file => import(new URL(`../../build/demo/${file}.js`, import.meta.url).href)),
)

export const demo: Demo = Object.assign({}, ...modules)

/** The lines without their styles. */
export function textsOf(lines: readonly Line[]): string[] {
  return lines.map(line => demo.paint(line, demo.NO_COLOURS))
}
