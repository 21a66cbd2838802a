/** Runs a program that ends in one of many ways, in a folder of its own, and looks at what is left from outside. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TelemetryOptions, TelemetrySnapshot } from 'offloop'

const PROGRAM = fileURLToPath(new URL('./programs/way-out.mjs', import.meta.url))
/** One that takes longer is ended, and its test fails for the signal it got. */
const TIMEOUT_MS = 25_000
/** What stands in the snapshot file before the program starts, where a row wants an older one. */
export const OLDER_SNAPSHOT = '{"service":"of an earlier run"}\n'

export interface WayOut {
  /** A way of `programs/way-out.mjs`. */
  readonly way: string
  /** Sent one after the other, each once the program has said that it waits, or the one before has been sent for a while. */
  readonly signals?: readonly NodeJS.Signals[]
  readonly options?: Partial<TelemetryOptions>
  readonly nodeArguments?: readonly string[]
  readonly hasOlderSnapshot?: boolean
  /** Path of the snapshot file, below the program's folder. */
  readonly file?: string
}

export interface WayOutEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Lines of standard output, read as JSON. */
  readonly said: readonly Record<string, unknown>[]
  readonly stderr: string
  /** The snapshot files it left, by name. */
  readonly files: Readonly<Record<string, string>>
  /** From the last it said, or the first signal, to its end. */
  readonly lingeredMs: number
}

export async function runWayOut(given: WayOut, { bare = false } = {}): Promise<WayOutEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'offloop-exit-'))
  try {
    const snapshotFile = join(folder, given.file ?? 'snapshot.json')
    if (given.hasOlderSnapshot) writeFileSync(snapshotFile, OLDER_SNAPSHOT)
    const program = JSON.stringify({ way: given.way, bare, snapshotFile, options: given.options ?? {} })
    const end = await run([...(given.nodeArguments ?? []), PROGRAM, program], folder, given.signals ?? [])
    const names = existsSync(folder) ? readdirSync(folder) : []
    return {
      ...end,
      files: Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name), 'utf8')])),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The total of a series in a snapshot file. */
export function totalIn(text: string | undefined, metric: string): number | undefined {
  const { series } = JSON.parse(text ?? '{"series":[]}') as TelemetrySnapshot
  return series.find(each => each.metric === metric)?.total
}

/** The number of samples the program said it has recorded, the last time it did. */
export function recordedBy({ said }: WayOutEnd): number {
  return said.flatMap(line => (typeof line['recorded'] === 'number' ? line['recorded'] : [])).at(-1) ?? 0
}

function run(
  parameters: readonly string[],
  cwd: string,
  signals: readonly NodeJS.Signals[],
): Promise<Omit<WayOutEnd, 'files'>> {
  const child = spawn(process.execPath, parameters, { cwd, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' })
  const unsent = [...signals]
  let [stdout, stderr, lastMs] = ['', '', performance.now()]
  const send = () => {
    const signal = unsent.shift()
    if (signal === undefined || child.exitCode !== null || child.signalCode !== null) return
    lastMs = performance.now()
    child.kill(signal)
    // The last of several is sent until it is heard: it is lost where it comes before the first was.
    if (signals.length > 1 && unsent.length === 0) unsent.push(signal)
    // Long enough for the first to be heard, and far shorter than the wait it starts.
    setTimeout(send, 500)
  }
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
    lastMs = performance.now()
    if (text.includes('"waiting"')) send()
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const said = stdout.split('\n').filter(line => line !== '')
      resolve({
        code,
        signal,
        stderr,
        said: said.map(line => JSON.parse(line)).filter(line => line !== 'waiting'),
        lingeredMs: performance.now() - lastMs,
      })
    })
  })
}
