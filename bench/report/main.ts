/** Makes docs/benchmarks.md, its pictures and the README's figures from bench/results. */
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { staleFiles, writeFiles } from './repository.ts'

const HELP = `offloop bench report: docs/benchmarks.md, its pictures and the README's figures, from bench/results.

Usage: npm run bench:report -- [options]        or, once built: node build/bench/report/main.js [options]

Run it in the repository's folder.

Options:
  --check        changes nothing; exit code 1 where a file is not what would be made
  --help         this text
`

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

process.exitCode = main()

/** @returns the exit code */
function main(): number {
  const options = readOptions()
  if (options === undefined) return EXIT_USAGE
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const root = pathToFileURL(`${process.cwd()}/`)
  const stale = staleFiles(root)
  if (options.check) {
    for (const path of stale.keys()) {
      process.stderr.write(`${path} is not what bench/results makes of it: npm run bench:report\n`)
    }
    return stale.size === 0 ? 0 : EXIT_FAILURE
  }
  writeFiles(stale, root)
  for (const [path, text] of stale)
    process.stdout.write(`${text === undefined ? 'removed' : 'written'}: ${path}\n`)
  if (stale.size === 0) process.stdout.write('All files are as they should be.\n')
  return 0
}

/** @returns undefined after having said what is wrong */
function readOptions() {
  try {
    const options = {
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    } as const
    return parseArgs({ options }).values
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry --help.\n`)
    return undefined
  }
}
