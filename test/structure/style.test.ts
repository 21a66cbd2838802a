import { expect, test } from 'vitest'
import { listFiles, readText, stripComments } from './tree.ts'

const LINE_COUNT_MAX = 300

/** What no source file does, and what to do in its place. */
const SOURCE_RULES: { broken: (source: string, path: string) => boolean; fix: string }[] = [
  {
    broken: source => !/^\/\*\* [A-Z`][\s\S]*?\*\/\n(?:\n|import |export (?:type )?[{*])/.test(source),
    fix: 'begin with `/** What this file owns. On which thread. */`, then an empty line or the imports',
  },
  {
    broken: source => source.split('\n').length - 1 > LINE_COUNT_MAX,
    fix: `over ${LINE_COUNT_MAX} lines: move the second idea to a file of its own`,
  },
  {
    broken: source => /\bDate\.now\(|\bnew Date\(\)/.test(stripComments(source)),
    fix: 'take the clock as a parameter (src/shared/clock.ts) in place of Date.now()',
  },
  {
    broken: (_, path) => /(?:^|[/_-])(?:utils?|helpers?|misc|common|types)(?:\.ts$|\/)/.test(path),
    fix: 'name the file after the one thing it owns, not utils, helpers or types',
  },
]

/** What no published text says. */
const TEXT_RULES: { pattern: RegExp; fix: string }[] = [
  {
    pattern: /(?<![\w.@})-])\/(?:work|root|home|tmp\/exp)\/?[\w-]*/,
    fix: 'write the path relative to the repository',
  },
  {
    pattern: /:\/\/[^\s/"'`]*(?:registry|artifactory|nexus)[^\s/"'`]*/,
    fix: 'name the package, not its registry',
  },
  {
    pattern: /"resolved": "https?:/,
    fix: 'run npm install again: .npmrc keeps registries out of the lockfile',
  },
]

test('source files keep the house style', () => {
  const files = listFiles('src').filter(path => path.endsWith('.ts'))
  const failures = files.flatMap(path =>
    SOURCE_RULES.filter(({ broken }) => broken(readText(path), path)).map(({ fix }) => `${path}: ${fix}`),
  )
  expect(failures).toEqual([])
})

test('no text of the repository names a path of one machine, or a registry', () => {
  const files = listFiles().filter(path => /\.(?:md|ts|mjs|js|json|ya?ml|html)$|^\.ci\//.test(path))
  const failures = files.flatMap(path => {
    const text = readText(path)
    return TEXT_RULES.flatMap(({ pattern, fix }) => {
      const found = pattern.exec(text)
      return found ? [`${path}:${lineOf(text, found.index)}: '${found[0]}': ${fix}`] : []
    })
  })
  expect(failures).toEqual([])
})

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
