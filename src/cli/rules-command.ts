/** `offloop rules`: Prometheus rules made of SLOs. */
import { type RuleNote, rulesOf } from '../rules/rule-file.ts'
import { parseDurationMs } from '../shared/statistics/duration.ts'
import { type Command, type OptionValues, type Surroundings, UsageError } from './command.ts'
import { outOption, write } from './output.ts'
import { printable } from './printable.ts'
import { jsonOf, yamlOf } from './rule-text.ts'
import { readSource, SOURCE_OPTIONS } from './source.ts'

const DEFAULTS = {
  for: '5m',
  range: '5m',
  'scrape-interval': '15s',
  severity: 'warning',
  format: 'yaml',
} as const

export const rulesCommand: Command = {
  name: 'rules',
  summary: 'Makes recording and alerting rules for Prometheus of the SLOs of a service',
  usage: '(--slos FILE | --url URL) [options]',
  options: [
    ...SOURCE_OPTIONS,
    outOption('rules.yml'),
    { name: 'format', value: 'yaml|json', help: 'Prometheus loads both', default: DEFAULTS.format },
    {
      name: 'job',
      value: 'NAME',
      help: 'Scrape job that the rules are about',
      default: 'any job that has the metrics',
    },
    {
      name: 'for',
      value: 'TIME',
      help: 'How long an SLO is violated before its alert fires; 0s: at once, as always for min, max, sum and count',
      default: DEFAULTS.for,
    },
    {
      name: 'range',
      value: 'TIME',
      help: 'What is looked at for SLOs without a window of their own',
      default: DEFAULTS.range,
    },
    {
      name: 'scrape-interval',
      value: 'TIME',
      help: 'How often Prometheus scrapes; windows are made four times as long at least',
      default: DEFAULTS['scrape-interval'],
    },
    {
      name: 'severity',
      value: 'TEXT',
      help: 'Label severity of the alerts on SLOs',
      default: DEFAULTS.severity,
    },
  ],
  notes: [
    'A time is a number and one of ms, s, m, h: 90s, 5m. What rules can only estimate, or leave to',
    'the process, is said on standard error and in the file.',
    '',
    'Examples:',
    '  offloop rules --slos slos.json --job checkout --out rules.yml && promtool check rules rules.yml',
    '  offloop rules --url http://127.0.0.1:9464 --for 10m --severity page',
  ],
  run: async (values, surroundings) => {
    const { job, out } = values
    const format = formatOf(values['format'] ?? DEFAULTS.format)
    const options = {
      job: job === undefined ? undefined : textOf(job, 'job'),
      severity: textOf(values['severity'] ?? DEFAULTS.severity, 'severity'),
      forMs: /^0+(?:ms|s|m|h)?$/.test(values['for'] ?? '') ? 0 : timeOf(values, 'for'),
      rangeMs: timeOf(values, 'range'),
      scrapeIntervalMs: timeOf(values, 'scrape-interval'),
    }
    const source = await readSource(values, surroundings)
    const rules = rulesOf(source.slos, source.metrics, { ...options, service: source.service })
    const comments = ['Made by `offloop rules`: see docs/rules.md of offloop.', ...rules.notes.map(noteText)]
    write(format === 'json' ? jsonOf(rules.file) : yamlOf(rules.file, comments), out, surroundings)
    sayNotes(rules.notes, source.slos.length, surroundings)
  },
}

function sayNotes(notes: readonly RuleNote[], sloCount: number, { err }: Surroundings): void {
  if (sloCount === 0) err('offloop: no SLOs are defined: there are rules for the telemetry alone\n')
  for (const note of notes) err(`offloop: ${printable(noteText(note))}\n`)
}

function noteText({ slo, text }: RuleNote): string {
  return `${slo}: ${text}`
}

function formatOf(format: string): 'yaml' | 'json' {
  if (format === 'yaml' || format === 'json') return format
  throw new UsageError({ at: '--format', got: format, fix: 'use yaml or json' })
}

function textOf(text: string, name: string): string {
  if (text !== '') return text
  throw new UsageError({ at: `--${name}`, got: text, fix: 'give a text' })
}

function timeOf(values: OptionValues, name: 'for' | 'range' | 'scrape-interval'): number {
  const text = values[name] ?? DEFAULTS[name]
  try {
    return parseDurationMs(text)
  } catch {
    throw new UsageError({ at: `--${name}`, got: text, fix: 'give a time such as 30s or 5m' })
  }
}
