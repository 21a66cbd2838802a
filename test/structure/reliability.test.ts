import { expect, test } from 'vitest'
import { listFiles, readText } from './tree.ts'

const FAULTS = readText('docs/reliability.md').split('\n## Faults\n')[1]!.split('\n## ')[0]!
const rows = FAULTS.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| fault '))

test('the table of faults has a promise and a test in each of its rows', () => {
  expect(rows.length).toBeGreaterThan(40)
  const incomplete = rows.filter(row => {
    const [fault = '', promise = '', proof = ''] = row
      .split(/(?<!\\)\|/)
      .slice(1)
      .map(cell => cell.trim())
    return fault === '' || promise === '' || proof === ''
  })
  expect(incomplete).toEqual([])
})

test('the tests that promises name are there', () => {
  const files = listFiles()
  const named = [...FAULTS.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path)
  const missing = named.filter(path => !files.some(file => file === path || file.startsWith(path)))
  expect(named.length).toBeGreaterThan(40)
  expect(missing).toEqual([])
})
