/** Where SLOs and metrics come from: a file, a running process, or SLOs from the one and metrics from the other. */
import type { MetricDescriptor } from '../shared/metric.ts'
import { definitionError, type ResolvedSLO, resolveSLO } from '../shared/slo/definition-check.ts'
import { type CommandOption, type OptionValues, type Surroundings, UsageError } from './command.ts'
import { readDefinitionFile } from './definition-file.ts'
import { readProcess } from './running-process.ts'

export interface Source {
  readonly service: string | undefined
  readonly slos: readonly ResolvedSLO[]
  readonly metrics: readonly MetricDescriptor[]
}

export const SOURCE_OPTIONS: readonly CommandOption[] = [
  {
    name: 'slos',
    value: 'FILE',
    help: 'SLOs as JSON: an array of them, or an object with slos and, if you like, metrics, buckets and service',
  },
  {
    name: 'url',
    value: 'URL',
    help: 'Address of a running process, such as http://127.0.0.1:9464: its metrics, and its SLOs unless --slos gives others',
  },
  {
    name: 'token',
    value: 'TOKEN',
    help: 'What the process wants as bearer token; better given as OFFLOOP_HTTP_TOKEN in the environment',
  },
]

/** @throws UsageError without any source; TelemetryError for what cannot be read */
export async function readSource(values: OptionValues, { env }: Surroundings): Promise<Source> {
  const { slos: file, url } = values
  if (file === undefined && url === undefined) {
    throw new UsageError({ at: '--slos', fix: 'say where the SLOs are: --slos FILE or --url URL' })
  }
  const given = file === undefined ? undefined : readDefinitionFile(file)
  const running =
    url === undefined ? undefined : await readProcess(url, values['token'] ?? env['OFFLOOP_HTTP_TOKEN'])
  return {
    service: given?.service ?? running?.service,
    slos: resolved(given?.slos ?? running?.slos ?? []),
    metrics: running?.metrics ?? given?.metrics ?? [],
  }
}

/** As a monitor takes them: each name once. */
function resolved(definitions: readonly unknown[]): readonly ResolvedSLO[] {
  const slos = definitions.map((definition, index) => resolveSLO(definition, `slos[${index}]`))
  const names = new Set<string>()
  for (const { at, name } of slos) {
    if (names.has(name)) throw definitionError(`${at}.name`, name, 'give a name that no other SLO has')
    names.add(name)
  }
  return slos
}
