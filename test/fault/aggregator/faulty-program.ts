/** Runs a program of this folder, in which the aggregator thread meets a fault. */
import { expect } from 'vitest'
import { runProgram } from '../../integration/program.ts'

/** @returns what it printed on standard output, which is all it said */
export async function saidBy(path: string, ...given: string[]): Promise<string> {
  const end = await runProgram(`../../fault/aggregator/programs/${path}`, ...given)
  expect(end).toMatchObject({ code: 0, signal: null, stderr: '' })
  return end.stdout
}
