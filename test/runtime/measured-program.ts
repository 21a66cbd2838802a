/** Runs a program of `programs/` with this very Node, and gives what it printed: one JSON text. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** One that takes longer is ended, and its test fails. */
const PROGRAM_TIMEOUT_MS = 14_000

/** @param flags of Node */
export async function runMeasured<Printed>(name: string, flags: readonly string[] = []): Promise<Printed> {
  const file = fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [...flags, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROGRAM_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const end = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stderr }))
  })
  expect(end).toEqual({ code: 0, signal: null, stderr: '' })
  return JSON.parse(stdout) as Printed
}
