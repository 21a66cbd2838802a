/** Runs the stress program on every supported Node.js: `npm run stress:nodes [-- 22 26] [-- --samples 1e8]`. */
import { build, install, majorsOf, spawn, VERSIONS } from './nodes.mjs'

const args = process.argv.slice(2)
const firstOption = args.findIndex(arg => arg.startsWith('-'))
const majors = majorsOf(firstOption === -1 ? args : args.slice(0, firstOption))
// npm and people put `--` before the options; a plain one goes as well.
const options =
  firstOption === -1 ? [] : args.slice(firstOption).filter(arg => arg !== '--' && arg !== '--json')

build()

const results = majors.map(major => {
  const node = VERSIONS[major]
  const binary = install(major)
  if (binary === undefined) return { node, result: 'not installed' }
  const { status, stdout } = spawn(binary, ['build/stress/main.js', '--json', ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  })
  const row = { node, result: status === 0 ? 'passed' : 'failed' }
  return stdout.startsWith('{') ? { ...row, ...figuresOf(JSON.parse(stdout).summary) } : row
})
console.table(results)
process.exitCode = results.every(({ result }) => result === 'passed') ? 0 : 1

function figuresOf({ caseCount, recorded, durationMs, overflowed, dropped, faultCount, doubts, seed }) {
  return {
    cases: caseCount,
    samples: recorded,
    'million/s': Math.round(recorded / durationMs / 100) / 10,
    seconds: Math.round(durationMs / 100) / 10,
    overflowed: `${overflowed.count} of ${overflowed.of}`,
    'dropped %': Math.round((dropped / recorded) * 100),
    faults: faultCount,
    doubts: doubts.length === 0 ? 'none' : doubts.join('; '),
    seed,
  }
}
