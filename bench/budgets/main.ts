/** The budgets' entry: reads the command line, shows what was measured, and fails where a budget is broken. */
import { writeFileSync } from 'node:fs'
import { UsageError } from '../options.ts'
import { ProgressLine } from '../progress-line.ts'
import { HELP, readOptions } from './options.ts'
import { measureBudgets } from './run.ts'
import { formatResult } from './text.ts'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

process.exitCode = await main(process.argv.slice(2))

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args, isCI(process.env['CI']))
    if (options === 'help') {
      process.stdout.write(HELP)
      return 0
    }
    const progress = new ProgressLine(process.stderr)
    const result = await measureBudgets(options, name => progress.show(name))
    progress.clear()
    const text = `${JSON.stringify(result, null, 2)}\n`
    process.stdout.write(options.json ? text : formatResult(result))
    if (options.out !== undefined) writeFileSync(options.out, text)
    for (const breach of result.breaches) process.stderr.write(`${breach}\n`)
    return result.passed ? 0 : EXIT_FAILURE
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\nTry --help.\n`)
    return EXIT_USAGE
  }
}

/** As CI systems set it, and as people unset it. */
function isCI(variable: string | undefined): boolean {
  return !['', '0', 'false', undefined].includes(variable)
}
