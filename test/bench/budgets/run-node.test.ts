import { expect, test } from 'vitest'
import { runNode } from '../../../bench/budgets/run-node.ts'

test('the output and the exit code are those of the process', async () => {
  const code = "process.stdout.write('found'); process.exitCode = 3"
  expect(await runNode(['-e', code], 30_000)).toEqual({ exitCode: 3, output: 'found' })
})

test('a process that takes too long is ended, with those that it has started', async () => {
  const grandchild = 'setInterval(() => {}, 1000)'
  const child = `
    const { spawn } = require('node:child_process')
    spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' })
    setInterval(() => {}, 1000)`
  const startMs = performance.now()
  await expect(runNode(['-e', child], 300)).rejects.toThrow('took longer than 0.3 s')
  expect(performance.now() - startMs).toBeLessThan(20_000)
})
