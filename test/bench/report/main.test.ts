/** The report as it is run, from what `npm run build` made of it, and what is committed of its work. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { QUESTIONS } from '../../../bench/questions/all.ts'
import { readInputs } from '../../../bench/report/inputs.ts'
import { staleFiles } from '../../../bench/report/repository.ts'

const ROOT = new URL('../../../', import.meta.url)
const REPORT = fileURLToPath(new URL('build/bench/report/main.js', ROOT))

let folder: string

beforeEach(() => {
  if (!existsSync(REPORT)) throw new Error(`${REPORT} is missing: npm run build`)
  folder = mkdtempSync(join(tmpdir(), 'offloop-report-'))
  for (const path of ['README.md', 'docs/benchmarks.md', 'docs/benchmarks', 'bench/results']) {
    cpSync(new URL(path, ROOT), join(folder, path), { recursive: true })
  }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function report(...args: string[]) {
  return spawnSync(process.execPath, [REPORT, ...args], { cwd: folder, encoding: 'utf8', timeout: 30_000 })
}

test('docs/benchmarks.md, its pictures and the README’s figures are what the results make of them', () => {
  const stale = [...staleFiles(ROOT).keys()]
  expect(stale, 'made anew by: npm run bench:report').toEqual([])
})

test.each(['cost', 'load'] as const)(
  'the committed %s results answer the questions that there are',
  group => {
    const { questions } = readInputs(ROOT)[group]!
    const asked = QUESTIONS.filter(question => question.group === group).map(({ name }) => name)
    expect([...new Set(questions.map(({ name }) => name))], 'measure anew').toEqual(asked)
  },
)

test('--check has nothing to say about files that are as they should be', () => {
  expect(report('--check')).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

test.each(['docs/benchmarks.md', 'docs/benchmarks/headline.svg'])(
  '--check names %s once it was changed by hand, and changes nothing; without it the file is made anew',
  path => {
    const file = join(folder, path)
    const before = readFileSync(file, 'utf8')
    appendFileSync(file, 'by hand\n')
    const { status, stderr } = report('--check')
    expect(status).toBe(1)
    expect(stderr).toBe(`${path} is not what bench/results makes of it: npm run bench:report\n`)
    expect(readFileSync(file, 'utf8')).toBe(`${before}by hand\n`)
    expect(report()).toMatchObject({ status: 0, stdout: `written: ${path}\n` })
    expect(readFileSync(file, 'utf8')).toBe(before)
  },
)

test('a figure that was changed in the README is found', () => {
  const file = join(folder, 'README.md')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/medians of \d+ rounds/, 'medians of 99 rounds'))
  expect([...staleFiles(pathToFileURL(`${folder}/`)).keys()]).toEqual(['README.md'])
})

test('a picture that nothing shows any more is found, and removed', () => {
  writeFileSync(join(folder, 'docs/benchmarks/gone.svg'), '<svg/>')
  expect(report('--check')).toMatchObject({ status: 1 })
  expect(report()).toMatchObject({ status: 0, stdout: 'removed: docs/benchmarks/gone.svg\n' })
})

test('an argument that there is none of ends with exit code 2', () => {
  expect(report('--chekc')).toMatchObject({ status: 2, stdout: '' })
})

test('--help explains itself', () => {
  const { status, stdout } = report('--help')
  expect(status).toBe(0)
  expect(stdout).toContain('--check')
})
