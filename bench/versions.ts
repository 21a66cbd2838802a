/** Which versions of the packages the figures are about: those that are installed. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What the benches import, and what a figure depends on. A test finds the package that is missing here. */
export const MEASURED_PACKAGES: readonly string[] = [
  '@datadog/sketches-js',
  '@opentelemetry/api',
  '@opentelemetry/sdk-metrics',
  '@platformatic/prom-client',
  'autocannon',
  'comlink',
  'hdr-histogram-js',
  'mitata',
  'msgpackr',
  'offloop',
  'prom-client',
]

/** Undefined where there is no git, or no repository. Results and what is made of them are no part of what was measured. */
export function readCommit(): string | undefined {
  const cwd = fileURLToPath(findRoot())
  const git = (...args: string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' }).stdout?.trim()
  const commit = git('rev-parse', '--short', 'HEAD')
  if (!commit) return undefined
  return git('status', '--porcelain', '--', 'src', 'bench', ':!bench/results') === '' ? commit : `${commit}+`
}

/** Packages that are not installed are left out. */
export function readVersions(): Record<string, string> {
  const root = findRoot()
  const versions = MEASURED_PACKAGES.flatMap(name => {
    const folder = name === 'offloop' ? root : new URL(`node_modules/${name}/`, root)
    const file = new URL('package.json', folder)
    if (!existsSync(file)) return []
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
    return [[name, version]]
  })
  return Object.fromEntries(versions)
}

/** The nearest folder upwards with a package.json: bundled and unbundled, this file lies at different depths. */
function findRoot(): URL {
  let folder = new URL('./', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('../', folder)
    if (parent.href === folder.href) throw new Error('the benches run inside their repository')
    folder = parent
  }
  return folder
}
