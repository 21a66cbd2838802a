/** Which versions of the packages the figures are about: those that are installed. */
import { existsSync, readFileSync } from 'node:fs'

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
