import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TelemetryError } from '../../src/index.ts'
import {
  CONFIG_ENV,
  DEFAULTS,
  SETTINGS,
  settingsFrom,
  unknownVariables,
} from '../../src/register/settings.ts'
import { readSettingsFile, serviceNameOf } from '../../src/register/settings-file.ts'
import { readText } from '../structure/tree.ts'
import { emptyDirectory } from './measured-app.ts'

const file = (content: unknown) => ({ name: 'offloop.json', content })

/** What is said of settings that are wrong. */
function refusal(work: () => unknown): { code: string; at: string | undefined; message: string } {
  try {
    work()
  } catch (error) {
    if (error instanceof TelemetryError)
      return { code: error.code, at: error.details.at, message: error.message }
    throw error
  }
  throw new Error('it was not refused')
}

test('the environment comes before the file, and the file before the defaults', () => {
  const { settings, sources } = settingsFrom(
    { OFFLOOP_SERVICE: 'from env', OFFLOOP_HTTP_PORT: '9000', OFFLOOP_RUNTIME: '' },
    file({ service: 'from file', http: { port: 8000, host: '0.0.0.0' }, runtime: false }),
  )
  expect(settings).toEqual({
    ...DEFAULTS,
    service: 'from env',
    'http.port': 9000,
    'http.host': '0.0.0.0',
    runtime: false,
  })
  expect(sources).toEqual({
    service: 'OFFLOOP_SERVICE',
    'http.port': 'OFFLOOP_HTTP_PORT',
    'http.host': 'offloop.json: http.host',
    runtime: 'offloop.json: runtime',
  })
})

test("OpenTelemetry's name of the service counts, after our own", () => {
  const env = { OTEL_SERVICE_NAME: 'otel' }
  expect(settingsFrom(env, file({ service: 'file' })).settings.service).toBe('otel')
  expect(settingsFrom({ ...env, OFFLOOP_SERVICE: 'own' }).settings.service).toBe('own')
})

test('every setting can be given in the environment and in the file alike', () => {
  const values: Record<string, [text: string, value: unknown]> = {
    service: ['shop', 'shop'],
    disabled: ['yes', true],
    http: ['off', false],
    'http.port': ['0', 0],
    'http.host': ['::1', '::1'],
    'http.token': ['secret', 'secret'],
    runtime: ['false', false],
    'measure.server': ['0', false],
    'measure.client': ['NO', false],
    slos: ['[{"metric":"a","objective":"p(95)<1ms"}]', [{ metric: 'a', objective: 'p(95)<1ms' }]],
    buckets: ['0.1, 1,10', [0.1, 1, 10]],
    otlp: ['http://127.0.0.1:4318/v1/metrics', { url: 'http://127.0.0.1:4318/v1/metrics' }],
    remoteWrite: ['https://example.com/write', { url: 'https://example.com/write' }],
    closeOnSignals: ['1', true],
    log: ['silent', 'silent'],
  }
  expect(Object.keys(values)).toEqual(Object.keys(SETTINGS))
  for (const [name, [text, value]] of Object.entries(values)) {
    const { env } = SETTINGS[name as keyof typeof SETTINGS]
    const [group, inner] = name.split('.')
    const content = inner === undefined ? { [name]: value } : { [group!]: { [inner]: value } }
    expect(settingsFrom({ [env]: text }).settings).toEqual({ ...DEFAULTS, [name]: value })
    expect(settingsFrom({}, file(content)).settings).toEqual({ ...DEFAULTS, [name]: value })
  }
})

test('one value may stand for a group', () => {
  const { settings } = settingsFrom({}, file({ http: false, otlp: 'http://a/' }))
  expect(settings).toEqual({ ...DEFAULTS, http: false, otlp: { url: 'http://a/' } })
})

test('an exporter takes its address from the environment, and what else the file says of it', () => {
  const remoteWrite = { url: 'http://file/', token: 'secret', intervalMs: 1_000 }
  const { settings, sources } = settingsFrom(
    { OFFLOOP_REMOTE_WRITE_URL: 'http://env/' },
    file({ remoteWrite }),
  )
  expect(settings.remoteWrite).toEqual({ ...remoteWrite, url: 'http://env/' })
  expect(sources).toEqual({
    remoteWrite: 'offloop.json: remoteWrite',
    'remoteWrite.url': 'OFFLOOP_REMOTE_WRITE_URL',
  })
})

test.each([
  [{ OFFLOOP_HTTP_PORT: '80a' }, undefined, 'OFFLOOP_HTTP_PORT', 'a whole number from 0'],
  [{ OFFLOOP_HTTP_PORT: '65536' }, undefined, 'OFFLOOP_HTTP_PORT', 'to 65535'],
  [{ OFFLOOP_DISABLED: 'perhaps' }, undefined, 'OFFLOOP_DISABLED', 'true or false'],
  [{ OFFLOOP_OTLP_URL: 'collector:4318' }, undefined, 'OFFLOOP_OTLP_URL', 'http://'],
  [{ OFFLOOP_BUCKETS: '1,two' }, undefined, 'OFFLOOP_BUCKETS', 'ascending'],
  [{ OFFLOOP_SLOS: 'p(95)<60ms' }, undefined, 'OFFLOOP_SLOS', 'as JSON'],
  [{ OFFLOOP_LOG: 'loud' }, undefined, 'OFFLOOP_LOG', 'stderr or silent'],
  [{}, { otlp: { intervalMs: 5 } }, 'offloop.json: otlp', 'an object with such a "url"'],
  [{}, { http: { port: '9464' } }, 'offloop.json: http.port', 'a whole number'],
  [{}, { http: { prot: 1 } }, 'offloop.json: http.prot', 'did you mean "http.port"'],
  [{}, { sevice: 'x' }, 'offloop.json: sevice', 'did you mean "service"'],
  [{}, { zebra: 1 }, 'offloop.json: zebra', 'use one of service'],
  [{}, { measure: false }, 'offloop.json: measure', 'give an object'],
  [{}, { service: '' }, 'offloop.json: service', 'give a text'],
  [{}, { runtime: 'yes' }, 'offloop.json: runtime', 'true or false'],
  [{}, [], 'offloop.json', 'a JSON object'],
  [{}, null, 'offloop.json', 'a JSON object'],
])('%j with %j is refused: where, and what is right', (env, content, at, fix) => {
  const refused = refusal(() => settingsFrom(env, content === undefined ? undefined : file(content)))
  expect(refused).toMatchObject({ code: 'OFFLOOP_CONFIG', at })
  expect(refused.message).toContain(fix)
})

test('a secret of the wrong kind is not shown', () => {
  for (const content of [{ http: { token: 271828 } }, { remoteWrite: { token: 271828 } }]) {
    expect(refusal(() => settingsFrom({}, file(content))).message).not.toContain('271828')
  }
})

test('a variable that resembles a setting is pointed out, and others are left alone', () => {
  const env = { OFFLOOP_HTTP_PROT: '1', OFFLOOP_CONFIG: 'x', OFFLOOP_ZEBRA_CROSSING: '1', PATH: '' }
  expect(unknownVariables(env)).toEqual([
    'offloop: OFFLOOP_HTTP_PROT is no setting; did you mean OFFLOOP_HTTP_PORT?',
  ])
})

test.each([
  ['OFFLOOP_PORT', 'OFFLOOP_HTTP_PORT'],
  ['OFFLOOP_TOKEN', 'OFFLOOP_HTTP_TOKEN'],
  ['OFFLOOP_SERVICE_NAME', 'OFFLOOP_SERVICE'],
  ['OFFLOOP_OTLP', 'OFFLOOP_OTLP_URL'],
])('%s was meant to be %s', (given, meant) => {
  expect(unknownVariables({ [given]: '1' })).toEqual([
    `offloop: ${given} is no setting; did you mean ${meant}?`,
  ])
})

test('a key of a group that stands outside of it is known by its name', () => {
  expect(refusal(() => settingsFrom({}, file({ port: 9500 }))).message).toContain('did you mean "http.port"?')
})

test('the file is the one that is named, or else offloop.json of the directory, where there is one', () => {
  const directory = emptyDirectory()
  expect(readSettingsFile({}, directory)).toBeUndefined()
  writeFileSync(join(directory, 'offloop.json'), '{ "service": "here" }')
  expect(readSettingsFile({}, directory)).toEqual({ name: 'offloop.json', content: { service: 'here' } })
  const named = join(directory, 'other.json')
  writeFileSync(named, '{}')
  expect(readSettingsFile({ [CONFIG_ENV]: named }, directory)).toEqual({ name: named, content: {} })
})

test('a file that cannot be read, or is no JSON, is refused by its name', () => {
  const directory = emptyDirectory()
  const missing = join(directory, 'missing.json')
  expect(refusal(() => readSettingsFile({ [CONFIG_ENV]: missing }, directory))).toMatchObject({
    code: 'OFFLOOP_CONFIG',
    at: CONFIG_ENV,
  })
  writeFileSync(join(directory, 'offloop.json'), '{ service: }')
  expect(refusal(() => readSettingsFile({}, directory))).toMatchObject({ at: 'offloop.json' })
  const another = emptyDirectory()
  mkdirSync(join(another, 'offloop.json'))
  expect(refusal(() => readSettingsFile({}, another)).message).toContain('EISDIR')
})

test('a service is called as its package, or else as its program', () => {
  const directory = emptyDirectory()
  expect(serviceNameOf(directory, '/srv/shop/server.mjs')).toBe('server')
  expect(serviceNameOf(directory, undefined)).toBe('unknown_service:node')
  writeFileSync(join(directory, 'package.json'), '{ "name": "@shop/checkout" }')
  expect(serviceNameOf(directory, '/srv/shop/server.mjs')).toBe('@shop/checkout')
  writeFileSync(join(directory, 'package.json'), 'no JSON')
  expect(serviceNameOf(directory, 'server.cjs')).toBe('server')
})

test('the documentation names every setting, its variable and its default', () => {
  const rows = readText('docs/zero-code.md').split('\n')
  for (const [name, { env }] of Object.entries(SETTINGS)) {
    const row = rows.find(each => each.startsWith(`| \`${name}\` | \`${env}\``))
    expect(row, `a row of ${name} and ${env}`).toBeDefined()
    const value = DEFAULTS[name as keyof typeof DEFAULTS]
    if (value !== undefined) expect(row).toContain(`\`${value}\``)
  }
})
