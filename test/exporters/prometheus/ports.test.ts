import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { start } from '../../../src/exporters/prometheus/main.ts'
import { type HttpOptions, resolveHttpOptions } from '../../../src/shared/http-options.ts'
import { hostForTest } from '../../support/extension-host.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A port that something else listens on. */
async function takenPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => server.close())
  return (server.address() as { port: number }).port
}

async function portOf(options: HttpOptions): Promise<number> {
  const extension = await start(hostForTest().host, { http: resolveHttpOptions(options, 'http') }, undefined)
  ends.push(() => extension.close())
  return Number(extension.info?.['port'])
}

test('as many ports are tried as it is told, in turn, and no port is two servers’', async () => {
  const port = await takenPort()
  await expect(portOf({ port })).rejects.toMatchObject({ code: 'OFFLOOP_HTTP_LISTEN' })
  const found = await Promise.all([1, 2, 3].map(() => portOf({ port, portsTried: 50 })))
  expect(new Set(found).size).toBe(3)
  for (const each of found) {
    expect(each).toBeGreaterThan(port)
    expect(each).toBeLessThan(port + 50)
  }
})

test('any free port is not looked for elsewhere, and there is none beyond the last', async () => {
  expect(await portOf({ port: 0, portsTried: 5 })).toBeGreaterThan(0)
  const held = createServer()
  const isHeld = await new Promise(resolve => {
    held.once('error', () => resolve(false)).listen(65_535, '127.0.0.1', () => resolve(true))
  })
  if (isHeld === true) ends.push(() => held.close())
  await expect(portOf({ port: 65_535, portsTried: 5 })).rejects.toMatchObject({ code: 'OFFLOOP_HTTP_LISTEN' })
})

test.each([0, 1.5, 1_001, '2'])('portsTried: %j is refused', portsTried => {
  expect(() => resolveHttpOptions({ portsTried }, 'http')).toThrow(/OFFLOOP_OPTION.*http\.portsTried/)
})
