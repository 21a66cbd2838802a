import { expect, test } from 'vitest'
import { configurationOf } from '../../../src/exporters/otlp/configuration.ts'
import type { OtlpOptions } from '../../../src/exporters/otlp/options.ts'

function configured(env: NodeJS.ProcessEnv, options: OtlpOptions = {}) {
  const lines: string[] = []
  return { ...configurationOf(options, env, line => lines.push(line)), lines }
}

test('without options and environment everything has its default', () => {
  expect(configured({})).toEqual({
    protocol: 'http/protobuf',
    url: undefined,
    endpoint: 'http://localhost:4318/v1/metrics',
    headers: undefined,
    compression: undefined,
    intervalMs: 60_000,
    timeoutMs: 10_000,
    maxDataPointsPerRequest: 500,
    maxQueue: 0,
    histograms: 'explicit',
    lines: [],
  })
})

test('the environment has its say, what is for metrics before what is for all', () => {
  const env = {
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTEL_EXPORTER_OTLP_TIMEOUT: '9000',
    OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2000',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:secret@collector:4317',
    OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
  }
  expect(configured(env)).toMatchObject({
    protocol: 'grpc',
    endpoint: 'http://collector:4317/',
    intervalMs: 5_000,
    timeoutMs: 2_000,
    histograms: 'exponential',
    lines: [],
  })
})

test('options come before the environment', () => {
  const env = { OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
  const options: OtlpOptions = { intervalMs: 7, protocol: 'http/protobuf', url: 'http://a/x', timeoutMs: 8 }
  expect(configured(env, options)).toMatchObject({ ...options, endpoint: 'http://a/x' })
})

test('the general address is a base, the one for metrics is taken as it is', () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
  expect(configured(base).endpoint).toBe('http://collector:4318/v1/metrics')
  const own = { ...base, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://other/in' }
  expect(configured(own).endpoint).toBe('http://other/in')
})

test.each([
  [{ OTEL_METRIC_EXPORT_INTERVAL: 'soon' }, /OTEL_METRIC_EXPORT_INTERVAL.*soon/],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '-1' }, /OTEL_EXPORTER_OTLP_TIMEOUT.*-1/],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, /http\/json; http\/protobuf is used/],
  [{ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta' }, /delta temporality; cumulative is sent/],
])('what cannot be followed is said: %j', (env, line) => {
  const { lines, ...configuration } = configured(env)
  expect(lines).toEqual([expect.stringMatching(line)])
  expect(configuration).toMatchObject({ protocol: 'http/protobuf', intervalMs: 60_000, timeoutMs: 10_000 })
})
