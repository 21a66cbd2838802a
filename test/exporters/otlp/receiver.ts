/** An OTLP receiver on loopback, which decodes what it gets with OpenTelemetry's own generated code, and behaves as told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import generated from 'otlp/build/src/generated/root.js'
import { onTestFinished } from 'vitest'

export interface ReceivedPoint {
  readonly attributes: Record<string, unknown>
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
  readonly asDouble?: number
  readonly count?: number
  readonly sum?: number
  readonly bucketCounts?: number[]
  readonly explicitBounds?: number[]
  readonly scale?: number
  readonly zeroCount?: number
  readonly positive?: { offset?: number; bucketCounts?: number[] }
  readonly negative?: { offset?: number; bucketCounts?: number[] }
  readonly min?: number
  readonly max?: number
}

export interface ReceivedMetric {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly scope: { name: string; version?: string }
  readonly type: 'sum' | 'gauge' | 'histogram' | 'exponentialHistogram'
  readonly isMonotonic?: boolean
  readonly aggregationTemporality?: number
  readonly points: ReceivedPoint[]
}

interface ReceivedRequest {
  readonly headers: IncomingMessage['headers']
  readonly resource: Record<string, unknown>
  readonly metrics: ReceivedMetric[]
  readonly bytes: number
}

export interface Receiver {
  readonly url: string
  readonly requests: ReceivedRequest[]
  /** Every metric of all requests. */
  readonly metrics: () => ReceivedMetric[]
  readonly metric: (name: string) => ReceivedMetric
  readonly connectionCount: () => number
}

type Behaviour = (request: ReceivedRequest, response: ServerResponse, index: number) => void

interface MessageType {
  decode(bytes: Uint8Array): unknown
  encode(message: object): { finish(): Uint8Array }
  toObject(message: unknown, options: object): unknown
}
/** Its types say what protobufjs would make of it; it is generated code. */
const { ExportMetricsServiceRequest, ExportMetricsServiceResponse } = (
  generated as unknown as { opentelemetry: { proto: { collector: { metrics: { v1: MetricsMessages } } } } }
).opentelemetry.proto.collector.metrics.v1
type MetricsMessages = Record<'ExportMetricsServiceRequest' | 'ExportMetricsServiceResponse', MessageType>

/** @param behave answers; by default with success */
export async function startReceiver(behave: Behaviour = (_, response) => response.end()): Promise<Receiver> {
  const requests: ReceivedRequest[] = []
  const sockets = new Set<Socket>()
  let connectionCount = 0
  const server = createServer((message, response) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      const body = Buffer.concat(chunks)
      const isZipped = message.headers['content-encoding'] === 'gzip'
      const request = {
        ...decodeRequest(isZipped ? gunzipSync(body) : body),
        headers: message.headers,
        bytes: body.length,
      }
      requests.push(request)
      behave(request, response, requests.length - 1)
    })
    message.on('error', () => {})
  })
  server.on('connection', socket => {
    connectionCount += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const metrics = () => requests.flatMap(request => request.metrics)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
    requests,
    metrics,
    metric: name => {
      const found = metrics().findLast(metric => metric.name === name)
      if (found === undefined) throw new Error(`no ${name} among ${metrics().map(metric => metric.name)}`)
      return found
    },
    connectionCount: () => connectionCount,
  }
}

/** An answer that takes a request in part. */
export function partialSuccess(rejectedDataPoints: number, errorMessage: string): Uint8Array {
  return ExportMetricsServiceResponse.encode({
    partialSuccess: { rejectedDataPoints, errorMessage },
  }).finish()
}

export function decodeRequest(body: Uint8Array): Pick<ReceivedRequest, 'resource' | 'metrics'> {
  const decoded = ExportMetricsServiceRequest.toObject(ExportMetricsServiceRequest.decode(body), {
    longs: String,
    arrays: true,
  }) as { resourceMetrics: RawResourceMetrics[] }
  const [first] = decoded.resourceMetrics
  if (first === undefined || decoded.resourceMetrics.length !== 1) throw new Error('one resource is expected')
  return {
    resource: attributesOf(first.resource.attributes),
    metrics: first.scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.map(metric => metricOf(metric, scope)),
    ),
  }
}

interface RawResourceMetrics {
  resource: { attributes: RawAttribute[] }
  scopeMetrics: { scope: ReceivedMetric['scope']; metrics: RawMetric[] }[]
}
interface RawAttribute {
  key: string
  value: Record<string, unknown>
}
type RawPoint = { attributes: RawAttribute[] } & Record<string, unknown>
type RawData = { dataPoints: RawPoint[]; isMonotonic?: boolean; aggregationTemporality?: number }
type RawMetric = { name: string; description?: string; unit?: string } & Partial<
  Record<ReceivedMetric['type'], RawData>
>

function metricOf(raw: RawMetric, scope: ReceivedMetric['scope']): ReceivedMetric {
  const type = (['sum', 'gauge', 'histogram', 'exponentialHistogram'] as const).find(
    name => raw[name] !== undefined,
  )
  if (type === undefined) throw new Error(`${raw.name} has no data`)
  const { dataPoints, ...rest } = raw[type]!
  return {
    name: raw.name,
    description: raw.description ?? '',
    unit: raw.unit ?? '',
    scope: { ...scope },
    type,
    ...rest,
    points: dataPoints.map(pointOf),
  }
}

function pointOf(raw: RawPoint): ReceivedPoint {
  const counted = (side: unknown) => {
    const { offset, bucketCounts = [] } = (side ?? {}) as { offset?: number; bucketCounts?: string[] }
    return { ...(offset === undefined ? {} : { offset }), bucketCounts: bucketCounts.map(Number) }
  }
  const { bucketCounts, count, zeroCount, positive, negative } = raw
  return {
    ...raw,
    attributes: attributesOf(raw.attributes),
    ...(count === undefined ? {} : { count: Number(count) }),
    ...(zeroCount === undefined ? {} : { zeroCount: Number(zeroCount) }),
    ...(bucketCounts === undefined ? {} : { bucketCounts: (bucketCounts as string[]).map(Number) }),
    ...(positive === undefined ? {} : { positive: counted(positive), negative: counted(negative) }),
  } as unknown as ReceivedPoint
}

function attributesOf(attributes: RawAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, anyValue(value)]))
}

function anyValue(value: Record<string, unknown>): unknown {
  const [[type, content] = []] = Object.entries(value)
  if (type === 'intValue') return Number(content)
  if (type === 'arrayValue') return (content as { values: Record<string, unknown>[] }).values.map(anyValue)
  return content
}
