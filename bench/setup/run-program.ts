/** Runs a program of the bench in a fresh process, which prints what it has found as JSON. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROGRAM_MS_MAX = 30_000

/** @param name of a file in bench/programs
 *  @throws Error when it fails, or takes longer than any of them should */
export async function runProgram(
  name: string,
  { args = [], execArgv = [] }: { args?: readonly string[]; execArgv?: readonly string[] } = {},
): Promise<{ output: string; wallMs: number }> {
  const program = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url))
  const startMs = performance.now()
  const command = [...execArgv, program, ...args]
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: PROGRAM_MS_MAX })
  return { output: stdout, wallMs: performance.now() - startMs }
}
