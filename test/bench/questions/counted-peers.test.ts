import { expect, test } from 'vitest'
import { checkCounted } from '../../../bench/setup/counted-peers.ts'
import { createReadableMeter } from '../../../bench/setup/opentelemetry.ts'
import { PROM_LIBRARIES, promSum } from '../../../bench/setup/prom-client.ts'

test('a peer that leaves work out is found out', async () => {
  const candidate = { name: 'it', operationCount: 5, run: () => 0 }
  const meter = { measure: async () => 0, operationCountOf: () => 20 }
  const checkOf = (count: number) => checkCounted([{ candidate, recordedCount: () => count }], meter)
  expect(await checkOf(20)).toMatchObject({ expected: 20, actual: 20 })
  expect(await checkOf(15)).toMatchObject({ expected: 20, actual: 15 })
})

test.each(PROM_LIBRARIES)('$name: what counters were given is added up', async ({ library }) => {
  const registers = [new library.Registry()]
  const counters = ['a', 'b'].map(name => new library.Counter({ name, help: name, registers }))
  for (const counter of counters) for (let count = 0; count < 3; count += 1) counter.inc(1)
  expect(await promSum(counters)).toBe(6)
})

test('OpenTelemetry: what counters and histograms were given is added up', async () => {
  const { meter, recordedCount } = createReadableMeter()
  meter.createCounter('hits').add(1)
  meter.createHistogram('request').record(12.5)
  meter.createHistogram('request').record(80, { route: '/' })
  expect(await recordedCount()).toBe(3)
})
