/** The command line: help, version, exit codes, and what it says of options that are not right. */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { offloop } from './offloop.ts'

const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string
  bin: Record<string, string>
}

test('package.json names the built file, which names its interpreter', () => {
  expect(PACKAGE.bin).toEqual({ offloop: 'dist/cli/main.js' })
  expect(readFileSync('dist/cli/main.js', 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  expect(statSync('dist/cli/main.js').size).toBeLessThan(400_000)
})

test('its license comes along', () => {
  expect(readFileSync('dist/cli/main.js', 'utf8')).toContain('/*! Includes yaml ')
  expect(readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8')).toMatch(/^yaml \S+ \(ISC\)$/m)
})

test.each(['--version', '-v'])('%s', async option => {
  expect(await offloop([option])).toEqual({ code: 0, out: `${PACKAGE.version}\n`, err: '' })
})

test.each(['--help', '-h'])('%s lists the commands', async option => {
  const { code, out, err } = await offloop([option])
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^Usage: offloop <command> \[options\]$/m)
  for (const command of ['rules', 'dashboard'])
    expect(out).toMatch(new RegExp(`^ {2}${command} +Makes .+$`, 'm'))
})

test('without a command shows the help, as a failure', async () => {
  const { code, out, err } = await offloop([])
  expect([code, out]).toEqual([2, ''])
  expect(err).toBe((await offloop(['--help'])).out)
})

test.each([
  [
    'rules',
    ['slos', 'url', 'token', 'out', 'format', 'job', 'for', 'range', 'scrape-interval', 'severity', 'help'],
  ],
  ['dashboard', ['slos', 'url', 'token', 'out', 'title', 'help']],
])('the help of %s has every option', async (command, options) => {
  const [long, short, late] = await Promise.all([
    offloop([command, '--help']),
    offloop([command, '-h']),
    // Whatever else is wrong.
    offloop([command, '--slos', 'nowhere.json', '--help']),
  ])
  expect([long?.code, long?.err]).toEqual([0, ''])
  expect([...long!.out.matchAll(/^ {2}--([\w-]+)/gm)].map(([, name]) => name)).toEqual(options)
  expect(long!.out.split('\n').filter(line => line.length > 100)).toEqual([])
  expect(short).toEqual(long)
  expect(late).toEqual(long)
})

test.each([
  [['ruls'], 'command (got "ruls"). To fix: did you mean "rules"?', 'offloop --help'],
  [['x'], 'command (got "x"). To fix: use one of rules, dashboard.', 'offloop --help'],
  [['--slos', 'a.json'], 'command (got "--slos"). To fix: use one of rules, dashboard.', 'offloop --help'],
  [['rules'], '--slos. To fix: say where the SLOs are: --slos FILE or --url URL.', 'offloop rules --help'],
  [
    ['dashboard'],
    '--slos. To fix: say where the SLOs are: --slos FILE or --url URL.',
    'offloop dashboard --help',
  ],
  [['rules', '--severty', 'x'], '--severty. To fix: did you mean "--severity"?', 'offloop rules --help'],
  [
    ['dashboard', '--job', 'x'],
    '--job. To fix: use one of --slos, --url, --token, --out, --title.',
    'offloop dashboard --help',
  ],
  [['rules', '-x'], '-x. To fix: use one of --slos', 'offloop rules --help'],
  [
    ['rules', 'slos.json'],
    'command (got "slos.json"). To fix: remove it: options begin with --.',
    'offloop rules --help',
  ],
  [['rules', '--slos'], '--slos. To fix: give a value: --slos=….', 'offloop rules --help'],
  [['rules', '--job', '--for', '5m'], '--job. To fix: give a value: --job=….', 'offloop rules --help'],
  [['rules', '--slos=a', '--job='], '--job (got ""). To fix: give a text.', 'offloop rules --help'],
  [
    ['rules', '--slos=a', '--format', 'xml'],
    '--format (got "xml"). To fix: use yaml or json.',
    'offloop rules --help',
  ],
  [
    ['rules', '--slos=a', '--for', '5 m'],
    '--for (got "5 m"). To fix: give a time such as 30s or 5m.',
    'offloop rules --help',
  ],
  [['rules', '--slos=a', '--range', '0s'], '--range (got "0s"). To fix: give a time', 'offloop rules --help'],
  [
    ['rules', '--slos=a', '--scrape-interval', 'x'],
    '--scrape-interval (got "x"). To fix: give a time',
    'offloop rules --help',
  ],
  [
    ['rules', '--url', 'localhost:9464'],
    '--url (got "localhost:9464"). To fix: give an address such as',
    'offloop rules --help',
  ],
  [
    ['rules', '--url', 'ftp://a'],
    '--url (got "ftp://a"). To fix: give an address such as',
    'offloop rules --help',
  ],
])('%j is refused, with advice', async (args, message, help) => {
  const { code, out, err } = await offloop(args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(`offloop: OFFLOOP_OPTION: an option is not valid at ${message}`)
  expect(err).toMatch(new RegExp(`\nSee: ${help}\n$`))
})

test.skipIf(process.platform === 'win32')('a reader that leaves is no failure', () => {
  const { status, stderr, stdout } = spawnSync(
    'sh',
    ['-c', `"${process.execPath}" dist/cli/main.js --help | true; echo "status $?"`],
    { encoding: 'utf8' },
  )
  expect([status, stderr, stdout]).toEqual([0, '', 'status 0\n'])
})
