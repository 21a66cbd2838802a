/** Packs the package, installs the tarball in an empty project and runs the README's quick start there. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'offloop-package-'))
// The space is meant: the worker's file must be found from such a path, too.
const app = join(work, 'an app')

try {
  const quickStart = extractQuickStart(readFileSync(join(root, 'README.md'), 'utf8'))
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n')
  writeFileSync(join(app, 'quick-start.mjs'), quickStart)

  npm(root, ['pack', '--pack-destination', work])
  const tarball = readdirSync(work).find(name => name.endsWith('.tgz'))
  npm(app, ['install', '--no-audit', '--no-fund', '--prefer-offline', join(work, tarball)])

  const { status, signal, stdout, stderr } = run(app, process.execPath, ['quick-start.mjs'], 30_000)
  if (status !== 0) fail(`The quick start ended with ${signal ?? `exit code ${status}`}.\n${stdout}${stderr}`)
  if (stdout.trim() === '') fail(`The quick start printed nothing: let it show a result.\n${stderr}`)
  console.log(`The quick start runs from the packed ${tarball}:\n\n${stdout.trimEnd()}`)
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** The first ts or js code block after a heading that contains "Quick start". */
function extractQuickStart(readme) {
  const code = /^#+ .*quick start.*$[\s\S]*?^```(?:ts|js)\n([\s\S]*?)^```$/im.exec(readme)?.[1]
  return code ?? fail('README.md has no ```ts or ```js block under a heading "Quick start": add one.')
}

function npm(cwd, args) {
  const { status, stdout, stderr } = run(cwd, 'npm', ['--loglevel=error', ...args], 180_000)
  if (status !== 0) fail(`npm ${args[0]} failed.\n${stdout}${stderr}`)
}

function run(cwd, command, args, timeout) {
  const shell = process.platform === 'win32' && command === 'npm'
  return spawnSync(command, args, { cwd, timeout, shell, encoding: 'utf8' })
}

function fail(message) {
  throw new Error(message)
}
