/** OTLP by gRPC: what arrives, with which metadata, and what becomes of a server that refuses. */
import { createRequire } from 'node:module'
import { expect, onTestFinished, test } from 'vitest'
import { start } from '../../../src/exporters/otlp/main.ts'
import type { OtlpOptions } from '../../../src/exporters/otlp/options.ts'
import { hostForTest } from '../../support/extension-host.ts'
import { freePort } from '../../support/real-programs.ts'
import { decodeRequest } from './receiver.ts'

/** As much of @grpc/grpc-js as is used: it belongs to the exporter, and is found from there. */
interface Grpc {
  Server: new () => {
    addService(service: object, handlers: object): void
    bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void
    forceShutdown(): void
  }
  ServerCredentials: { createInsecure(): unknown }
}
interface Call {
  request: Buffer
  metadata: { get(name: string): unknown[] }
}
type Answer = (error: { code: number; details: string } | null, response?: Buffer) => void

const fromHere = createRequire(import.meta.url)
const grpc = createRequire(fromHere.resolve('@opentelemetry/exporter-metrics-otlp-grpc'))(
  '@grpc/grpc-js',
) as Grpc

/** A MetricsService whose messages are bytes, as protobuf has them. */
async function startService(handle: (call: Call, answer: Answer) => void): Promise<string> {
  const server = new grpc.Server()
  const bytes = (buffer: Buffer) => buffer
  const service = {
    Export: {
      path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  }
  server.addService(service, { Export: handle })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  onTestFinished(() => server.forceShutdown())
  return `http://127.0.0.1:${port}`
}

async function exporting(url: string, options: OtlpOptions = {}) {
  const { host, registry, lines } = hostForTest()
  registry.register({ kind: 'counter', name: 'hits' })
  registry.record('hits', 7)
  const extension = await start(host, {
    url,
    protocol: 'grpc',
    intervalMs: 3_600_000,
    timeoutMs: 500,
    ...options,
  })
  onTestFinished(() => extension.close())
  const failures = (reason: string) =>
    registry.metric('offloop_export_failures')?.select({ reason })[0]?.total ?? 0
  return { extension, lines, failures }
}

test('arrives with its metadata, compressed', async () => {
  const calls: { metrics: ReturnType<typeof decodeRequest>['metrics']; token: unknown }[] = []
  const url = await startService(({ request, metadata }, answer) => {
    calls.push({ metrics: decodeRequest(request).metrics, token: metadata.get('x-token')[0] })
    answer(null, Buffer.alloc(0))
  })
  const { extension } = await exporting(url, { headers: { 'x-token': 's3cret' }, compression: 'gzip' })
  await extension.push!()
  expect(calls).toHaveLength(1)
  expect(calls[0]!.token).toBe('s3cret')
  expect(calls[0]!.metrics.find(({ name }) => name === 'hits')!.points).toMatchObject([{ asDouble: 7 }])
})

test.each([
  ['unauthorized', 16],
  ['rejected', 3],
  ['busy', 8],
  ['unreachable', 14],
] as const)('counts a refusal as %s (status %i)', async (reason, code) => {
  const url = await startService((_, answer) => answer({ code, details: 'not today' }))
  const { extension, failures, lines } = await exporting(url)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures(reason)).toBe(1)
  expect(lines.join()).toMatch(/not today/)
})

test('tries a server again that is away for a moment', async () => {
  let calls = 0
  const url = await startService((_, answer) =>
    ++calls === 1 ? answer({ code: 14, details: 'starting' }) : answer(null, Buffer.alloc(0)),
  )
  const { extension } = await exporting(url, { timeoutMs: 10_000 })
  await extension.push!()
  expect(calls).toBe(2)
})

test('a server that hangs, and none at all, cost the time-out at most', async () => {
  const hanging = await exporting(await startService(() => {}))
  await expect(hanging.extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(hanging.failures('timeout')).toBe(1)
  const nobody = await exporting(`http://127.0.0.1:${await freePort()}`)
  await expect(nobody.extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(nobody.failures('unreachable') + nobody.failures('timeout')).toBe(1)
})
