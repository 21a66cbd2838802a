/** What importing the main entry brings along: not one byte for what the program does not ask for. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'

const ENTRY = new URL('../../dist/index.js', import.meta.url)
/** Before there were HTTP, exporters, bridges and runtime metrics it was 325,242 bytes. */
const BYTES_MAX = 325_242

test('the main entry is no larger than before anything could be seen from outside', () => {
  expect(statSync(ENTRY).size).toBeLessThanOrEqual(BYTES_MAX)
})

test('it imports nothing but built-in modules and its two dependencies', () => {
  const source = readFileSync(ENTRY, 'utf8')
  const imported = [...source.matchAll(/^import .*? from "([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
    ([, fixed, lazy]) => fixed ?? `lazy ${lazy}`,
  )
  const foreign = imported.filter(name => !name.startsWith('node:'))
  expect(foreign.sort()).toEqual(['lazy comlink', 'lazy msgpackr/unpack'])
})

test('a program that imports it, records and closes has loaded no HTTP, no compression and no observers', () => {
  const program = `
    import { createTelemetry } from ${JSON.stringify(ENTRY.href)}
    const before = new Set(process.moduleLoadList)
    const telemetry = createTelemetry({ service: 'small' })
    telemetry.latency('wait').record(1)
    await telemetry.close()
    const loaded = process.moduleLoadList.filter(name => !before.has(name) && name.startsWith('NativeModule '))
    console.log(JSON.stringify(loaded.map(name => name.slice('NativeModule '.length))))
  `
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  const heavy = ['http', 'https', 'http2', 'zlib', 'inspector', 'tls']
  expect((JSON.parse(printed) as string[]).filter(name => heavy.includes(name))).toEqual([])
})
