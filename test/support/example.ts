/** Starts a program of examples/ as a reader of the README would, and ends it. Needs the built package. */
import { spawn } from 'node:child_process'

export interface RunningExample {
  /** What it has printed so far, both streams. */
  readonly output: () => string
  /** The first text that matches, waited for. @throws after 15 s */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends SIGTERM, and SIGKILL after 5 s. @returns exit code, or signal */
  stop(): Promise<number | NodeJS.Signals | null>
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

/** @param args after `node`: `['examples/http/main.js']`
 *  @param env beside the test's own; examples listen on `PORT`, 0 for any free one */
export function startExample(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningExample {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PORT: '0', NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<number | NodeJS.Signals | null>(resolve => {
    child.once('close', (code, signal) => {
      resolve(code ?? signal)
      for (const look of waiting) look()
    })
  })
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const fail = (why: string) => settle(() => reject(new Error(`${why}, no ${pattern} in:\n${text}`)))
      const timer = setTimeout(() => fail('15 s'), 15_000)
      const look = () => {
        const match = pattern.exec(text)
        if (match !== null) settle(() => resolve(match))
        else if (child.exitCode !== null || child.signalCode !== null) fail('it has ended')
      }
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        waiting.delete(look)
        finish()
      }
      waiting.add(look)
      look()
    })
  const stop = async () => {
    const killer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    child.kill('SIGTERM')
    const end = await ended
    clearTimeout(killer)
    return end
  }
  return { output: () => text, until, stop, ended }
}
