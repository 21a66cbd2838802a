import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { listFiles, readText, stripComments } from './tree.ts'

/** Which folder of src/ may import which. Folders are threads and roles; imports run one way. */
const ALLOWED: Record<string, readonly string[]> = {
  'index.ts': ['producer', 'slo', 'shared'],
  producer: ['shared'],
  worker: ['shared', 'slo'],
  slo: ['shared'],
  shared: [],
  // Modules that the aggregator thread loads when asked to, each of which serves or sends; and what they have in common.
  exporters: ['exposition', 'shared'],
  exposition: ['shared'],
  // Further entries of the package: users of the main one.
  runtime: ['index.ts', 'shared'],
  prometheus: ['index.ts', 'exposition', 'shared'],
  otel: ['index.ts', 'shared'],
  'prom-client': ['index.ts', 'shared'],
  instrumentation: ['index.ts', 'shared'],
  register: ['index.ts', 'instrumentation', 'shared'],
  rules: ['exposition', 'shared'],
  cli: ['index.ts', 'rules', 'exposition', 'shared'],
}

/** What a file loads when it is asked to, and not before: such an import leads out of the bundle it is part of. */
const LAZY: Record<string, string> = { 'src/producer/runtime-loader.ts': "import('../runtime/index.ts')" }

/** Every import and re-export: `typeOnly` is set for `import type … from`, the specifier is one of the last three. */
const IMPORT =
  /^(?:import|export)\s+(?<typeOnly>type\s)?[\w\s*{},$]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

test('imports run one way: index → producer → shared ← slo ← worker', () => {
  const files = listFiles('src').filter(path => path.endsWith('.ts'))
  expect(files.flatMap(path => findForbiddenImports(path, readText(path)))).toEqual([])
})

test.each([
  ['src/producer/a.ts', "import { b } from '../worker/b.ts'"],
  ['src/worker/a.ts', "export {\n  b,\n} from '../producer/b.ts'"],
  ['src/shared/a.ts', "const b = await import('../slo/b.ts')"],
  ['src/shared/slo/a.ts', "import '../../index.ts'"],
  ['src/shared/a.ts', "import { readFileSync } from 'node:fs'"],
  ['src/producer/a.ts', "await import('../runtime/index.ts')"],
  ['src/producer/runtime-loader.ts', "import '../runtime/index.ts'"],
  ['src/stray/a.ts', ''],
])('a forbidden import is found: %s, %j', (path, source) => {
  expect(findForbiddenImports(path, source)).toHaveLength(1)
})

test.each([
  ['src/producer/a.ts', "import { b } from '../shared/b.ts'\nimport { Worker } from 'node:worker_threads'"],
  [
    'src/shared/slo/a.ts',
    "import { b } from '../b.ts'\nimport type { MessagePort } from 'node:worker_threads'",
  ],
  ['src/shared/a.ts', "/** import { createTelemetry } from '../index.ts' */"],
])('an allowed import passes: %s, %j', (path, source) => {
  expect(findForbiddenImports(path, source)).toEqual([])
})

function findForbiddenImports(path: string, source: string): string[] {
  const from = topOf(path)
  const allowed = ALLOWED[from]
  if (allowed === undefined)
    return [`${path}: src/${from} has no row in ALLOWED of imports.test.ts; say what it may import`]
  const may = `src/${from} may import: ${[from, ...allowed].join(', ')}`

  return [...stripComments(source).matchAll(IMPORT)].flatMap(match => {
    const specifier = match[2] ?? match[3] ?? match[4] ?? ''
    if (specifier.startsWith('.')) {
      if (match[0] === LAZY[path]) return []
      const to = topOf(posix.join(posix.dirname(path), specifier))
      return to === from || allowed.includes(to) ? [] : [`${path} imports '${specifier}'; ${may}`]
    }
    // Shared code runs on every thread and does no I/O: of a built-in it may only know the types.
    const impure =
      from === 'shared' && specifier.startsWith('node:') && match.groups?.['typeOnly'] === undefined
    return impure
      ? [`${path} imports '${specifier}'; src/shared may use built-ins by \`import type\` only`]
      : []
  })
}

/** The folder, or the file, directly under src/. */
function topOf(path: string): string {
  return path.split('/')[1] ?? path
}
