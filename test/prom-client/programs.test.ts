/** Whole programs that use the built entry, each in a process of its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parseText } from './exposition.ts'

const run = promisify(execFile)

/** What a program prints until it has ended by itself. */
async function outputOf(name: string): Promise<string> {
  const { stdout, stderr } = await runProgram(name)
  expect(stderr).toBe('')
  return stdout
}

async function runProgram(name: string): Promise<{ stdout: string; stderr: string }> {
  const path = fileURLToPath(new URL(`programs/${name}`, import.meta.url))
  return await run(process.execPath, [path], { timeout: 14_000 })
}

test('what worker threads count appears in the same output', async () => {
  const output = await outputOf('threads.mjs')
  const families = parseText(output.replace(/\n\d+\n$/, '\n'))
  expect(families['jobs_total']?.samples).toEqual({
    'jobs_total{thread="a"}': 100,
    'jobs_total{thread="b"}': 100,
    'jobs_total{thread="main"}': 100,
  })
  expect(families['all_total']?.samples).toEqual({ 'all_total{}': 300 })
  expect(families['size']?.samples).toEqual({
    'size_bucket{le="10"}': 30,
    'size_bucket{le="100"}': 300,
    'size_bucket{le="+Inf"}': 300,
    'size_sum{}': 15_150,
    'size_count{}': 300,
  })
  expect(families['wait']?.samples).toMatchObject({
    'wait{quantile="0.5"}': 50,
    'wait{quantile="1"}': 100,
    'wait_count{}': 300,
  })
  expect(families['level']?.samples).toEqual({
    'level{thread="a"}': 7,
    'level{thread="b"}': 7,
    'level{thread="main"}': 7,
  })
  expect(output).toMatch(/\n0\n$/)
})

test('a program that does nothing for its end ends by itself', async () => {
  expect(await outputOf('ends.mjs')).toBe('true\n')
})

test('programs in CommonJS require it', async () => {
  expect(await outputOf('imports.cjs')).toBe('# HELP hits Hits\n# TYPE hits counter\nhits 2\n\n')
})

test('the processes of a cluster are shown together', async () => {
  const output = await outputOf('cluster.mjs')
  expect(output).toMatch(/^""\n/)
  const families = parseText(output.slice(output.indexOf('#')))
  expect(
    Object.fromEntries(Object.values(families).flatMap(({ samples }) => Object.entries(samples))),
  ).toEqual({
    'hits_total{route="/"}': 3,
    'size_bucket{le="1"}': 1,
    'size_bucket{le="2"}': 2,
    'size_bucket{le="+Inf"}': 2,
    'size_sum{}': 3,
    'size_count{}': 2,
    'highest{}': 2,
    'lowest{}': 1,
    'middle{}': 1.5,
  })
})

test('a process of a cluster that has just died is left out, and takes nobody along', async () => {
  const { isThoughtConnected, tookMs, text } = JSON.parse(await outputOf('cluster-dead-worker.mjs'))
  expect(isThoughtConnected).toBe(true)
  expect(tookMs).toBeLessThan(4_000)
  expect(parseText(text)['hits_total']?.samples).toEqual({ 'hits_total{}': 1 })
})

test('what was counted and reset survives the death of the aggregator', async () => {
  const { before, after } = JSON.parse(await outputOf('aggregator-dies.mjs'))
  expect(parseText(before)['hits']?.samples).toEqual({ 'hits{a="x"}': 3 })
  expect(parseText(before)['size']?.samples).toMatchObject({ 'size_count{}': 2, 'size_bucket{le="2"}': 2 })
  expect(after).toBe(before)
})

test('what another thread means by the same name, with other labels, is refused and said', async () => {
  const { stdout, stderr } = await runProgram('conflict.mjs')
  expect(parseText(stdout)['jobs']?.samples).toEqual({ 'jobs{a="1"}': 1 })
  expect(stderr).toContain('OFFLOOP_METRIC_CONFLICT')
})
