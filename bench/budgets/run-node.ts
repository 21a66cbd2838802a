/** Runs Node in processes that end in time: each after a time-out, and all of them when this one ends. */
import { type ChildProcess, spawn } from 'node:child_process'

const running = new Set<ChildProcess>()
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

export interface NodeRun {
  readonly exitCode: number | string
  readonly output: string
}

/** What the process writes to stderr is shown.
 *  @param args flags of Node, the file, and its arguments
 *  @throws Error when it cannot be started, or takes longer */
export function runNode(args: readonly string[], msMax: number): Promise<NodeRun> {
  endAllWithThisProcess()
  return new Promise((resolve, reject) => {
    // A group of its own: a signal to the group reaches whatever the process has started in turn.
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: process.platform !== 'win32',
    })
    running.add(child)
    const timeout = setTimeout(() => {
      end(child)
      reject(new Error(`took longer than ${msMax / 1e3} s`))
    }, msMax)
    let output = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      output += text
    })
    const settle = (settled: () => void) => {
      clearTimeout(timeout)
      running.delete(child)
      settled()
    }
    child.on('error', error => settle(() => reject(error)))
    child.on('close', (code, signal) => settle(() => resolve({ exitCode: signal ?? code ?? 1, output })))
  })
}

function end(child: ChildProcess): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

let endsWithThisProcess = false

function endAllWithThisProcess(): void {
  if (endsWithThisProcess) return
  endsWithThisProcess = true
  process.on('exit', () => {
    for (const child of running) end(child)
  })
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => process.exit(128 + number))
  }
}
