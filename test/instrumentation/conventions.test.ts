import * as conventions from '@opentelemetry/semantic-conventions'
import * as incubating from '@opentelemetry/semantic-conventions/incubating'
import { expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import { ClientSeries } from '../../src/instrumentation/client-series.ts'
import { ServerSeries } from '../../src/instrumentation/server-series.ts'

test('metrics and labels are called as the semantic conventions call them', async () => {
  const telemetry = createTelemetry({ service: 'tested', log: false })
  const server = new ServerSeries(telemetry)
  server.duration('GET', 'http', '/users/:id', 200, false).record(0.1)
  server.active('GET', 'http').begun.add(1)
  const address = { address: '127.0.0.1', port: '80' }
  new ClientSeries(telemetry)
    .server('http:', 'x', () => address)
    .duration('GET', 200, '')
    .record(0.1)
  const { series } = await telemetry.snapshot()
  const labelsOf = (metric: string) => Object.keys(series.find(each => each.metric === metric)!.labels)
  expect(labelsOf(conventions.METRIC_HTTP_SERVER_REQUEST_DURATION)).toEqual([
    conventions.ATTR_HTTP_REQUEST_METHOD,
    conventions.ATTR_URL_SCHEME,
    conventions.ATTR_HTTP_ROUTE,
    conventions.ATTR_HTTP_RESPONSE_STATUS_CODE,
    conventions.ATTR_ERROR_TYPE,
  ])
  expect(labelsOf(conventions.METRIC_HTTP_CLIENT_REQUEST_DURATION)).toEqual([
    conventions.ATTR_HTTP_REQUEST_METHOD,
    conventions.ATTR_SERVER_ADDRESS,
    conventions.ATTR_SERVER_PORT,
    conventions.ATTR_HTTP_RESPONSE_STATUS_CODE,
    conventions.ATTR_ERROR_TYPE,
  ])
  expect(labelsOf(`${incubating.METRIC_HTTP_SERVER_ACTIVE_REQUESTS}:begun`)).toEqual([
    conventions.ATTR_HTTP_REQUEST_METHOD,
    conventions.ATTR_URL_SCHEME,
  ])
  await telemetry.close()
})

test('servers and outcomes without end share one series, and are not kept', async () => {
  const telemetry = createTelemetry({ service: 'tested', log: false, maxSeriesPerMetric: 10 })
  const client = new ClientSeries(telemetry)
  for (let host = 0; host < 3_000; host++) {
    const server = client.server('http:', `host${host}`, (_, address) => ({ address, port: '80' }))
    server.duration('GET', 200, '').record(0.1)
  }
  const routes = new ServerSeries(telemetry)
  for (let route = 0; route < 6_000; route++) {
    routes.duration('GET', 'http', `/${route}`, 200, false).record(0.1)
  }
  const { series } = await telemetry.snapshot()
  for (const [metric, total] of [
    ['http.client.request.duration', 3_000],
    ['http.server.request.duration', 6_000],
  ] as const) {
    const all = series.filter(each => each.metric === metric)
    expect(all).toHaveLength(11)
    expect(all.reduce((sum, each) => sum + each.total, 0)).toBe(total)
  }
  await telemetry.close()
})
