/** `offloop rules` and `offloop dashboard` of a file: what comes out, where it goes, and what is wrong with files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { AlertingRule, RecordingRule, RuleFile } from '../../src/rules/rule-file.ts'
import { offloop } from './offloop.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offloop-cli-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Writes a file and gives its name, relative to the folder that commands run in. */
function file(content: unknown, name = 'slos.json'): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

const run = (...args: readonly string[]) => offloop(args, { cwd: folder })
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

const ECHO = { metric: 'echo', objective: 'p(95)<60ms' }
const DESCRIBED = {
  service: 'shop',
  slos: [ECHO],
  metrics: [{ name: 'echo', kind: 'latency', buckets: [60] }],
}

function rulesIn(text: string): { records: RecordingRule[]; alerts: AlertingRule[]; groups: string[] } {
  const { groups } = parse(text) as RuleFile
  const rules = groups.flatMap(group => group.rules)
  return {
    groups: groups.map(({ name }) => name),
    records: rules.filter((rule): rule is RecordingRule => 'record' in rule),
    alerts: rules.filter((rule): rule is AlertingRule => 'alert' in rule),
  }
}

describe('offloop rules', () => {
  test('writes YAML to standard output, and what there is to know to standard error', async () => {
    const { code, out, err } = await run('rules', '--slos', file([ECHO]))
    expect(code).toBe(0)
    const { groups, records, alerts } = rulesIn(out)
    expect(groups).toEqual(['offloop: objectives', 'offloop: telemetry'])
    expect(records.map(({ record }) => record)).toEqual(['job:echo_seconds:p95_rate5m'])
    expect(alerts[0]).toMatchObject({
      alert: 'OffloopSLOViolated',
      for: '5m',
      labels: { severity: 'warning' },
    })
    expect(out).toMatch(/^# Made by `offloop rules`/)
    const note = 'echo p95<60ms: the percentile is estimated within a bucket'
    expect(out).toContain(`# ${note}`)
    expect(err).toContain(`offloop: ${note}`)
  })

  test('takes an object with metrics: thresholds on a bound are exact, and nothing is to be said', async () => {
    const { code, out, err } = await run('rules', '--slos', file(DESCRIBED))
    expect([code, err]).toEqual([0, ''])
    expect(rulesIn(out)).toMatchObject({
      groups: ['shop: objectives', 'shop: telemetry'],
      records: [{ record: 'job:echo_seconds:above_60ms_ratio_rate5m' }],
    })
  })

  test('takes buckets in seconds, for latencies without bounds of their own', async () => {
    const slos = file({ ...DESCRIBED, metrics: [{ name: 'echo', kind: 'latency' }], buckets: [0.01, 0.06] })
    const { out } = await run('rules', '--slos', slos)
    expect(rulesIn(out).records[0]?.record).toBe('job:echo_seconds:above_60ms_ratio_rate5m')
  })

  test('takes other files of the project: what else they say is not its business', async () => {
    const slos = file(
      { $schema: 'x', http: { port: 1 }, instrument: { http: true }, slos: [ECHO] },
      'offloop.json',
    )
    expect((await run('rules', '--slos', slos)).code).toBe(0)
  })

  test('takes a file with a byte order mark', async () => {
    expect((await run('rules', '--slos', file(`\ufeff${JSON.stringify([ECHO])}`))).code).toBe(0)
  })

  test('without SLOs has the alerts on the telemetry, and says so', async () => {
    const { code, out, err } = await run('rules', '--slos', file([]))
    expect([code, err]).toEqual([
      0,
      'offloop: no SLOs are defined: there are rules for the telemetry alone\n',
    ])
    expect(rulesIn(out)).toMatchObject({ groups: ['offloop: telemetry'], records: [] })
  })

  test('--job, --for, --range, --scrape-interval and --severity', async () => {
    const slos = file({ ...DESCRIBED, slos: [ECHO, { metric: 'echo', objective: 'rate>1' }] })
    const args = '--job web --for 90s --range 10m --scrape-interval 30s --severity page'.split(' ')
    const { records, alerts, groups } = rulesIn((await run('rules', '--slos', slos, ...args)).out)
    expect(groups).toEqual(['web: objectives', 'web: telemetry'])
    expect(records[0]?.expr).toContain('rate(echo_seconds_count{job="web"}[10m])')
    // A window of 10 s has to hold four scrapes.
    expect(records[1]?.expr).toContain('[2m]')
    expect(alerts[0]).toMatchObject({ for: '1m30s', labels: { severity: 'page' } })
    expect(alerts[0]?.expr).toContain('{job="web",slo="echo p95<60ms"}')
  })

  test('--for 0s fires at once', async () => {
    const { alerts } = rulesIn((await run('rules', '--slos', file(DESCRIBED), '--for', '0s')).out)
    expect(alerts[0]).not.toHaveProperty('for')
  })

  test('--format json says the same', async () => {
    const slos = file(DESCRIBED)
    const [yaml, json] = await Promise.all([
      run('rules', '--slos', slos),
      run('rules', '--slos', slos, '--format', 'json'),
    ])
    expect(JSON.parse(json!.out)).toEqual(parse(yaml!.out))
  })

  test('--out writes a file, and replaces what was there', async () => {
    const slos = file(DESCRIBED)
    file('old'.repeat(10_000), 'rules.yml')
    const { code, out, err } = await run('rules', '--slos', slos, '--out', 'rules.yml')
    expect([code, out, err]).toEqual([0, '', 'offloop: wrote rules.yml\n'])
    expect(read('rules.yml')).toBe((await run('rules', '--slos', slos)).out)
  })

  test('names of SLOs steer no terminal', async () => {
    const { out, err } = await run('rules', '--slos', file([{ ...ECHO, name: 'a\u001b[31m\nb\u2028' }]))
    expect(err).toContain('offloop: a·[31m·b·: ')
    expect(out).toContain('# a·[31m·b·: ')
    expect(rulesIn(out).records[0]?.labels).toEqual({ slo: 'a\u001b[31m\nb\u2028' })
  })
})

describe('a file that is not right', () => {
  test.each([
    ['OFFLOOP_CONFIG', 'nowhere.json', 'name a file that can be read and holds JSON: ENOENT', undefined],
    ['OFFLOOP_CONFIG', 'slos.json', 'name a file that can be read and holds JSON: ', '[{'],
    ['OFFLOOP_CONFIG', 'slos.json', 'give an array of SLOs, or an object whose slos is one', '7'],
    ['OFFLOOP_CONFIG', 'slos.json: slos', 'give an array of SLOs', { service: 'x' }],
    ['OFFLOOP_CONFIG', 'slos.json: metrics', 'give an array such as', { slos: [], metrics: 'echo' }],
    [
      'OFFLOOP_CONFIG',
      'slos.json: metrics[0]',
      'give an object with name and kind',
      { slos: [], metrics: [1] },
    ],
    [
      'OFFLOOP_METRIC_NAME',
      undefined,
      'use letters',
      { slos: [], metrics: [{ name: 'a b', kind: 'counter' }] },
    ],
    [
      'OFFLOOP_OPTION',
      'buckets',
      'give 1 to 200 ascending finite numbers',
      { slos: [], metrics: [], buckets: [2, 1] },
    ],
    ['OFFLOOP_SLO_DEFINITION', 'slos[0]', 'give an object', [5]],
    ['OFFLOOP_SLO_DEFINITION', 'slos[0].windows', 'remove it', [{ ...ECHO, windows: '5m' }]],
    ['OFFLOOP_SLO_DEFINITION', 'slos[1].name', 'give a name that no other SLO has', [ECHO, ECHO]],
    [
      'OFFLOOP_OBJECTIVE',
      'slos[0].objective, column 6',
      'write one of <',
      [{ metric: 'a', objective: 'p(95)=1' }],
    ],
    [
      'OFFLOOP_SLO_DEFINITION',
      'slos[0].objective',
      'judge a counter by one of',
      { slos: [{ metric: 'hits', objective: 'p95<1' }], metrics: [{ name: 'hits', kind: 'counter' }] },
    ],
    [
      'OFFLOOP_OBJECTIVE',
      'slos[0].objective',
      'give the threshold in',
      { ...DESCRIBED, slos: [{ metric: 'echo', objective: 'p95<1MB' }] },
    ],
  ])('%s at %s', async (errorCode, at, fix, content) => {
    const name = content === undefined ? 'nowhere.json' : file(content)
    const { code, out, err } = await run('rules', '--slos', name)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(new RegExp(`^offloop: ${errorCode}: `))
    if (at !== undefined) expect(err).toContain(` at ${at}`)
    expect(err).toContain(`To fix: ${fix}`)
    expect(err).not.toContain('    at ')
  })

  test('nor one that cannot be written', async () => {
    const { code, err } = await run('rules', '--slos', file(DESCRIBED), '--out', 'no/such/folder.yml')
    expect(code).toBe(1)
    expect(err).toMatch(/^offloop: OFFLOOP_CONFIG: .* at --out .* name a file that can be written: ENOENT/)
  })
})

describe('offloop dashboard', () => {
  test('writes JSON to standard output', async () => {
    const { code, out, err } = await run('dashboard', '--slos', file(DESCRIBED))
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(out)).toMatchObject({ uid: 'offloop-shop', title: 'shop' })
  })

  test('--title and --out', async () => {
    const args = ['--slos', file(DESCRIBED), '--title', 'Our shop', '--out', 'dashboard.json']
    expect(await run('dashboard', ...args)).toEqual({
      code: 0,
      out: '',
      err: 'offloop: wrote dashboard.json\n',
    })
    expect(JSON.parse(read('dashboard.json'))).toMatchObject({ uid: 'offloop-shop', title: 'Our shop' })
  })

  test('says what found no place', async () => {
    const metrics = Array.from({ length: 101 }, (_, index) => ({ name: `hits_${index}`, kind: 'counter' }))
    const { code, err } = await run('dashboard', '--slos', file({ slos: [], metrics }))
    expect([code, err]).toEqual([0, 'offloop: 1 metrics found no place\n'])
  })
})
