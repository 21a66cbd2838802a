/** The help texts, made of the table of commands. Pure. */
import type { Command, CommandOption } from './command.ts'

const COLUMNS = 96
const HELP_OPTION: CommandOption = { name: 'help', value: '', help: 'Show this help' }

export function generalHelp(commands: readonly Command[]): string {
  return lines(
    'Usage: offloop <command> [options]',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...columns([
      ['--help', 'Show this help; after a command, that of the command'],
      ['--version', 'Show the version of offloop'],
    ]),
    '',
    'Exit codes: 0 done, 1 failed, 2 the command line is not right.',
  )
}

export function commandHelp({ name, summary, usage, options, notes }: Command): string {
  return lines(
    `Usage: offloop ${name} ${usage}`,
    '',
    `${summary}.`,
    '',
    'Options:',
    ...columns([...options, HELP_OPTION].map(option => [optionText(option), helpText(option)])),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  )
}

function optionText({ name, value }: CommandOption): string {
  return value === '' ? `--${name}` : `--${name} ${value}`
}

function helpText(option: CommandOption): string {
  return option.default === undefined ? option.help : `${option.help} (default ${option.default})`
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.flatMap(([left, right]) =>
    wrapped(right, COLUMNS - width - 4).map(
      (part, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${part}`,
    ),
  )
}

function wrapped(text: string, width: number): string[] {
  const parts: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      parts.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...parts, line]
}

function lines(...texts: readonly string[]): string {
  return `${texts.join('\n')}\n`
}
