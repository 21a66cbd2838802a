/** Finds the command that is asked for, reads its options, and says what went wrong. Exit codes: 0 done, 1 failed, 2 misused. */
import { parseArgs } from 'node:util'
import { isTelemetryErrorCode } from '../shared/errors.ts'
import { closestName } from '../shared/statistics/closest-name.ts'
import { type Command, type OptionValues, type Surroundings, UsageError } from './command.ts'
import { dashboardCommand } from './dashboard-command.ts'
import { commandHelp, generalHelp } from './help.ts'
import { rulesCommand } from './rules-command.ts'

const COMMANDS: readonly Command[] = [rulesCommand, dashboardCommand]

/** @param args what follows `offloop`
 *  @returns the exit code */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err, version } = surroundings
  const [name, ...rest] = args
  if (name === undefined) {
    err(generalHelp(COMMANDS))
    return 2
  }
  if (name === '--help' || name === '-h') {
    out(generalHelp(COMMANDS))
    return 0
  }
  if (name === '--version' || name === '-v') {
    out(`${version}\n`)
    return 0
  }
  let command: Command | undefined
  try {
    command = commandOf(name)
    const values = valuesOf(command, rest)
    if (values === 'help') out(commandHelp(command))
    else await command.run(values, surroundings)
    return 0
  } catch (error) {
    const isMisused = error instanceof UsageError
    err(`offloop: ${messageOf(error)}\n`)
    if (isMisused) err(`See: offloop ${command === undefined ? '' : `${command.name} `}--help\n`)
    return isMisused ? 2 : 1
  }
}

/** @throws UsageError */
function commandOf(name: string): Command {
  const found = COMMANDS.find(command => command.name === name)
  if (found !== undefined) return found
  const names = COMMANDS.map(command => command.name)
  const closest = closestName(name, names)
  const fix = closest === undefined ? `use one of ${names.join(', ')}` : `did you mean "${closest}"?`
  throw new UsageError({ at: 'command', got: name, fix })
}

/** @throws UsageError */
function valuesOf({ options }: Command, args: readonly string[]): OptionValues | 'help' {
  const known = Object.fromEntries(options.map(({ name }) => [name, { type: 'string' }] as const))
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...known, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  })
  const values: Record<string, string> = {}
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new UsageError({ at: 'command', got: token.value, fix: 'remove it: options begin with --' })
    }
    if (token.kind !== 'option') continue
    if (token.name === 'help') return 'help'
    if (!Object.hasOwn(known, token.name)) throw unknownOption(token.rawName, Object.keys(known))
    // `--job --for 5m`: what looks like an option is none's value.
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('-'))) {
      throw new UsageError({ at: token.rawName, fix: `give a value: ${token.rawName}=…` })
    }
    values[token.name] = token.value
  }
  return values
}

function unknownOption(rawName: string, known: readonly string[]): UsageError {
  const closest = closestName(rawName.replace(/^-+/, ''), known)
  const names = known.map(name => `--${name}`).join(', ')
  return new UsageError({
    at: rawName,
    fix: closest === undefined ? `use one of ${names}` : `did you mean "--${closest}"?`,
  })
}

/** Failures of offloop say what to do. Of others there should be none: they say where they are from. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isCoded = error instanceof UsageError || isTelemetryErrorCode((error as { code?: unknown }).code)
  return isCoded ? error.message : (error.stack ?? error.message)
}
