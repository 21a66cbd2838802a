import { expect, test } from 'vitest'
import { resolveHttpOptions } from '../../src/shared/http-options.ts'

test('true means the defaults, an object what it says', () => {
  expect(resolveHttpOptions(true, 'http')).toMatchObject({ port: 9_464, host: '127.0.0.1', quantiles: [] })
  const given = { port: 0, host: '::1', token: 'x', quantiles: [0.5, 0.5, 1], maxConnections: 1 }
  expect(resolveHttpOptions({ ...given, headersTimeoutMs: undefined }, 'http')).toMatchObject({
    ...given,
    quantiles: [0.5, 1],
    headersTimeoutMs: 5_000,
  })
})

test.each([
  ['http', 5],
  ['http', 'x'],
  ['http', null],
  ['http', []],
  ['http.prot', { prot: 1 }],
  ['http.port', { port: -1 }],
  ['http.port', { port: 65_536 }],
  ['http.port', { port: '9464' }],
  ['http.host', { host: '' }],
  ['http.host', { host: 'http://x' }],
  ['http.token', { token: '' }],
  ['http.token', { token: 'two words' }],
  ['http.token', { token: 5 }],
  ['http.quantiles', { quantiles: [95] }],
  ['http.quantiles', { quantiles: ['0.5'] }],
  ['http.quantiles', { quantiles: 0.5 }],
  ['http.maxConnections', { maxConnections: 0 }],
  ['http.headersTimeoutMs', { headersTimeoutMs: 0 }],
  ['http.headersTimeoutMs', { headersTimeoutMs: 20_000 }],
  ['http.requestTimeoutMs', { requestTimeoutMs: 1.5 }],
  ['http.responseTimeoutMs', { responseTimeoutMs: Number.POSITIVE_INFINITY }],
  ['http.keepAliveTimeoutMs', { keepAliveTimeoutMs: 2 ** 31 }],
  ['http.heartbeatTimeoutMs', { heartbeatTimeoutMs: -1 }],
])('%s is refused: %j', (at, value) => {
  expect(() => resolveHttpOptions(value, 'http')).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OPTION', details: expect.objectContaining({ at }) }),
  )
})

test('a token that is refused is not shown', () => {
  expect(() => resolveHttpOptions({ token: 'top secret' }, 'http')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('top') }),
  )
})
