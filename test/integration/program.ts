/** Runs a program of `programs/` with this very Node, and waits for its end. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ProgramEnd {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** From the last it said on standard output to its end. */
  readonly lingeredMs: number
}

/** One that takes longer than this is ended, and its test fails for the signal it got. */
const PROGRAM_TIMEOUT_MS = 10_000

/** @param path below `test/integration/programs` */
export function runProgram(path: string, ...given: string[]): Promise<ProgramEnd> {
  const file = fileURLToPath(new URL(`./programs/${path}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...given], {
    timeout: PROGRAM_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let saidAtMs = performance.now()
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
    saidAtMs = performance.now()
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, lingeredMs: performance.now() - saidAtMs }),
    )
  })
}
