/** Runs the test suite on every supported Node.js: `npm run test:nodes [-- 22 26]`. Each binary is kept in .nodes/. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSIONS = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }
const root = fileURLToPath(new URL('..', import.meta.url))
const windows = process.platform === 'win32'

const wanted = process.argv.slice(2)
const majors = wanted.length > 0 ? wanted : Object.keys(VERSIONS)
const unknown = majors.filter(major => !(major in VERSIONS))
if (unknown.length > 0) {
  console.error(
    `No version known for Node ${unknown.join(', ')}. Choose from: ${Object.keys(VERSIONS).join(' ')}`,
  )
  process.exit(2)
}

run(process.execPath, ['node_modules/typescript/bin/tsc', '--build'])
run(process.execPath, ['scripts/bundle.mjs'])

const results = majors.map(major => {
  const node = install(major)
  if (node === undefined) return { node: VERSIONS[major], result: 'not installed', seconds: 0 }
  console.log(`\n── Node ${VERSIONS[major]} ──`)
  const startMs = performance.now()
  // Tests that start `node` by name get the same binary.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  const passed = run(node, ['node_modules/vitest/vitest.mjs', 'run'], env)
  const seconds = Math.round((performance.now() - startMs) / 100) / 10
  return { node: VERSIONS[major], result: passed ? 'passed' : 'failed', seconds }
})
console.table(results)
process.exitCode = results.every(({ result }) => result === 'passed') ? 0 : 1

/** Path of that major's binary, installed when missing; undefined when the registry does not give it. */
function install(major) {
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
  return run('npm', [...args, `${name}@${VERSIONS[major]}`]) ? binary : undefined
}

function run(command, args, env = process.env) {
  return (
    spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: windows && command === 'npm' })
      .status === 0
  )
}
