import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readText } from '../structure/tree.ts'

/** Inside the repository, so that the examples find the built package by its own name. */
const FOLDER = fileURLToPath(new URL(`../../build/readme-examples-${process.pid}/`, import.meta.url))

/** A block that begins with `// name.mjs` is a file of that name; one that reads `workerData` is run by another. */
const examples = [...readText('README.md').matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(
  ([, source = ''], index) => ({
    name: /^\/\/ (\S+\.mjs)\n/.exec(source)?.[1] ?? `example-${index + 1}.mjs`,
    isThread: /import .*\bworkerData\b/.test(source),
    source,
  }),
)

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true })
  for (const { name, source } of examples) writeFileSync(join(FOLDER, name), source)
})

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

test.each(examples.filter(({ isThread }) => !isThread))(
  'the README’s $name runs as it stands, prints something and ends by itself',
  ({ name }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(FOLDER, name)], {
      encoding: 'utf8',
      timeout: 12_000,
    })
    expect(status, stderr).toBe(0)
    expect(stdout).not.toBe('')
  },
)
