/** Reads what a registry writes, so that two texts can be compared whatever the order of labels and lines. */

export interface Family {
  help: string
  type: string
  /** By name and labels, sorted; labels that are empty are none. */
  samples: Record<string, number>
}

export function parseText(text: string): Record<string, Family> {
  const families: Record<string, Family> = {}
  let family: Family = { help: '', type: '', samples: {} }
  for (const line of text.split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (keyword === 'HELP') {
      if (name in families) throw new Error(`${name} comes twice`)
      family = { help: rest, type: '', samples: {} }
      families[name] = family
    } else if (keyword === 'TYPE') family.type = rest
    else if (line !== '' && line !== '# EOF') addSample(family, line)
  }
  return families
}

function addSample(family: Family, line: string): void {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? (\S+)$/.exec(line)
  if (match === null) throw new Error(`no sample: ${line}`)
  const [, name = '', labels = '', value = ''] = match
  const pairs = [...labels.matchAll(/([\w:]+)="((?:[^"\\]|\\.)*)",?/g)]
  const shown = pairs.filter(([, , text]) => text !== '').map(([, label, text]) => `${label}="${text}"`)
  const key = `${name}{${shown.sort().join(',')}}`
  if (key in family.samples) throw new Error(`${key} comes twice`)
  family.samples[key] = numberOf(value)
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  return text === 'Nan' ? Number.NaN : Number(text)
}

/** The same without the quantiles of summaries, which are estimates in prom-client. */
export function withoutQuantiles(families: Record<string, Family>): Record<string, Family> {
  const kept = Object.entries(families).map(([name, family]) => {
    const samples = Object.entries(family.samples).filter(([key]) => !key.includes('quantile="'))
    return [name, { ...family, samples: Object.fromEntries(samples) }] as const
  })
  return Object.fromEntries(kept)
}
