/** The supported versions of Node.js and their binaries, each kept in .nodes/. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const VERSIONS = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }
const root = fileURLToPath(new URL('..', import.meta.url))
const windows = process.platform === 'win32'

/** The majors that are asked for, or all. Ends the process with exit code 2 when one is unknown. */
export function majorsOf(wanted) {
  const unknown = wanted.filter(major => !(major in VERSIONS))
  if (unknown.length > 0) {
    console.error(
      `No version known for Node ${unknown.join(', ')}. Choose from: ${Object.keys(VERSIONS).join(' ')}`,
    )
    process.exit(2)
  }
  return wanted.length > 0 ? wanted : Object.keys(VERSIONS)
}

/** Types and bundles, as `npm run build` makes them. Ends the process with exit code 1 when that fails: what was built
 *  before says nothing. */
export function build() {
  const isBuilt = [['node_modules/typescript/bin/tsc', '--build'], ['scripts/bundle.mjs']].every(args =>
    run(process.execPath, args),
  )
  if (!isBuilt) process.exit(1)
}

/** Path of that major's binary, installed when missing; undefined when the registry does not give it. */
export function install(major) {
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`
  const prefix = join(root, '.nodes', major)
  const binary = join(prefix, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  const current =
    existsSync(binary) && spawnSync(binary, ['-p', 'process.versions.node']).stdout.toString().trim()
  if (current === VERSIONS[major]) return binary
  const args = [
    'install',
    '--prefix',
    prefix,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  // A network may fail once.
  const isInstalled = [1, 2, 3].some(() => run('npm', [...args, `${name}@${VERSIONS[major]}`]))
  return isInstalled ? binary : undefined
}

/** Runs to the end, with this process's input and output.
 *  @returns whether the exit code is 0 */
export function run(command, args, options = {}) {
  return spawn(command, args, { stdio: 'inherit', ...options }).status === 0
}

/** Runs to the end, in the repository's folder. */
export function spawn(command, args, options) {
  return spawnSync(command, args, { cwd: root, shell: windows && command === 'npm', ...options })
}
