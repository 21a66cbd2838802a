/** Parsers of both text formats, written from their specifications: strict, and knowing nothing of how we print. */

interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly exemplar?: {
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
    readonly time: number
  }
}

export interface ParsedFamily {
  readonly name: string
  type?: string
  help?: string
  unit?: string
  readonly samples: ParsedSample[]
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  info: ['_info'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
}

/** Throws at whatever the specification forbids: metadata after samples, families in pieces, doubled series, labels twice,
 *  buckets that are not cumulative, a missing end. */
export function parseText(text: string, isOpenMetrics: boolean): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>()
  const seriesSeen = new Set<string>()
  let current: ParsedFamily | undefined
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const lines = text.slice(0, -1).split('\n')
  if (isOpenMetrics && lines.pop() !== '# EOF') throw new Error('no # EOF')
  for (const line of lines) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${JSON.stringify(line)}`)
    }
    if (line.startsWith('#')) {
      const [, keyword = '', name = '', rest = ''] =
        /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/s.exec(line) ?? fail('no metadata')
      if (current?.name !== name) {
        if (families.has(name)) fail('a family in pieces')
        current = { name, samples: [] }
        families.set(name, current)
      }
      if (current.samples.length > 0) fail('metadata after samples')
      const key = keyword.toLowerCase() as 'help' | 'type' | 'unit'
      if (current[key] !== undefined) fail('metadata twice')
      current[key] = key === 'help' ? unescaped(rest, isOpenMetrics) : rest
      if (key === 'unit' && !name.endsWith(`_${rest}`)) fail('the name does not end with the unit')
      continue
    }
    const cursor = { text: line, at: 0 }
    const name = take(cursor, /[a-zA-Z_:][a-zA-Z0-9_:]*/y) ?? fail('no name')
    const labels = line[cursor.at] === '{' ? takeLabels(cursor) : {}
    if (line[cursor.at] !== ' ') fail('no blank before the value')
    cursor.at += 1
    const value = numberOf(take(cursor, /[^ ]+/y) ?? fail('no value'))
    let exemplar: ParsedSample['exemplar']
    if (isOpenMetrics && line.startsWith(' # ', cursor.at)) {
      cursor.at += 3
      const exemplarLabels = takeLabels(cursor)
      const [, shown = '', time = ''] = /^ (\S+) (\S+)$/.exec(line.slice(cursor.at)) ?? fail('no exemplar')
      exemplar = { labels: exemplarLabels, value: numberOf(shown), time: numberOf(time) }
      if (Object.entries(exemplarLabels).join('').replace(',', '').length > 128) fail('too long an exemplar')
      cursor.at = line.length
    }
    if (cursor.at !== line.length) fail('more than a sample')
    const family = current ?? fail('a sample without a family')
    const type = family.type ?? 'unknown'
    const suffixes = isOpenMetrics || type !== 'counter' ? (SUFFIXES[type] ?? ['']) : ['']
    if (!suffixes.some(suffix => name === `${family.name}${suffix}`)) fail(`no sample of ${family.name}`)
    const series = JSON.stringify([name, Object.entries(labels).sort()])
    if (seriesSeen.has(series)) fail('a series twice')
    seriesSeen.add(series)
    family.samples.push({ name, labels, value, ...(exemplar === undefined ? {} : { exemplar }) })
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family)
  return families
}

/** The cumulative counts of one series, by bound. */
export function bucketsOf(
  family: ParsedFamily | undefined,
  labels: Readonly<Record<string, string>>,
): [le: number, count: number][] {
  return (family?.samples ?? [])
    .filter(({ name }) => name === `${family!.name}_bucket`)
    .filter(({ labels: { le: _, ...others } }) => keyOf(others) === keyOf(labels))
    .map(({ labels: { le = '' }, value }) => [numberOf(le), value])
}

export function sampleOf(
  family: ParsedFamily | undefined,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return family?.samples.find(one => one.name === name && keyOf(one.labels) === keyOf(labels))?.value
}

function checkHistogram(family: ParsedFamily): void {
  const buckets = new Map<string, [le: number, count: number][]>()
  for (const { name, labels, value } of family.samples) {
    const { le, ...others } = labels
    const key = keyOf(others)
    if (name === `${family.name}_bucket`) {
      buckets.set(key, [...(buckets.get(key) ?? []), [numberOf(le ?? ''), value]])
    }
    if (name !== `${family.name}_count`) continue
    const counts = buckets.get(key) ?? []
    const isRising = counts.every(
      ([bound, count], index) =>
        index === 0 || (bound > counts[index - 1]![0] && count >= counts[index - 1]![1]),
    )
    const last = counts.at(-1)
    if (!isRising || last?.[0] !== Number.POSITIVE_INFINITY || last[1] !== value) {
      throw new Error(`no histogram: ${family.name} ${key} ${JSON.stringify(counts)}`)
    }
  }
}

function takeLabels(cursor: { text: string; at: number }): Record<string, string> {
  const labels = new Map<string, string>()
  cursor.at += 1
  while (cursor.text[cursor.at] !== '}') {
    if (labels.size > 0 && take(cursor, /,/y) === undefined) throw new Error(`no comma: ${cursor.text}`)
    const name = take(cursor, /[a-zA-Z_][a-zA-Z0-9_]*/y)
    const quoted = take(cursor, /="(?:[^"\\]|\\[\\"n])*"/y)
    if (name === undefined || quoted === undefined) throw new Error(`no label: ${cursor.text}`)
    if (name.startsWith('__') || labels.has(name)) throw new Error(`not this label: ${cursor.text}`)
    labels.set(name, unescaped(quoted.slice(2, -1), true))
  }
  cursor.at += 1
  return Object.fromEntries(labels)
}

function take(cursor: { text: string; at: number }, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)?.[0]
  cursor.at += found?.length ?? 0
  return found
}

function unescaped(text: string, hasQuotes: boolean): string {
  return text.replace(/\\(.)/gs, (_, character: string) => {
    if (character === 'n') return '\n'
    if (character === '\\' || (hasQuotes && character === '"')) return character
    throw new Error(`no escape: \\${character}`)
  })
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text)
  throw new Error(`no number: ${text}`)
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort())
}
