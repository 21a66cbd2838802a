/** Runs the test suite on every supported Node.js: `npm run test:nodes [-- 22 26]`. */
import { delimiter, dirname } from 'node:path'
import { build, install, majorsOf, run, VERSIONS } from './nodes.mjs'

const majors = majorsOf(process.argv.slice(2))
build()

const results = majors.map(major => {
  const node = install(major)
  if (node === undefined) return { node: VERSIONS[major], result: 'not installed', seconds: 0 }
  console.log(`\n── Node ${VERSIONS[major]} ──`)
  const startMs = performance.now()
  // Tests that start `node` by name get the same binary.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  const passed = run(node, ['node_modules/vitest/vitest.mjs', 'run'], { env })
  const seconds = Math.round((performance.now() - startMs) / 100) / 10
  return { node: VERSIONS[major], result: passed ? 'passed' : 'failed', seconds }
})
console.table(results)
process.exitCode = results.every(({ result }) => result === 'passed') ? 0 : 1
