/** Reads SLOs from a JSON file. */
import { readFileSync } from 'node:fs'
import { TelemetryError } from '../shared/errors.ts'
import { bucketsIn, checkBuckets } from '../shared/export-hints.ts'
import { describeMetric, isTimeUnit, type MetricDefinition, type MetricDescriptor } from '../shared/metric.ts'

export interface DefinitionFile {
  readonly service: string | undefined
  readonly slos: readonly unknown[]
  /** Undefined where the file names none. */
  readonly metrics: readonly MetricDescriptor[] | undefined
}

/** @throws TelemetryError OFFLOOP_CONFIG; what describing a metric throws */
export function readDefinitionFile(path: string): DefinitionFile {
  const content = parsed(path)
  if (Array.isArray(content)) return { service: undefined, slos: content, metrics: undefined }
  if (typeof content !== 'object' || content === null) throw notSlos(path, content)
  const { service, slos, metrics, buckets } = content as Record<string, unknown>
  if (!Array.isArray(slos)) throw notSlos(`${path}: slos`, slos)
  return {
    service: typeof service === 'string' ? service : undefined,
    slos,
    metrics: metrics === undefined ? undefined : describedMetrics(metrics, buckets, path),
  }
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/, ''))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const fix = `name a file that can be read and holds JSON: ${reason}`
    throw new TelemetryError('OFFLOOP_CONFIG', { at: path, fix, cause })
  }
}

function notSlos(at: string, got: unknown): TelemetryError {
  const fix = 'give an array of SLOs, or an object whose slos is one'
  return new TelemetryError('OFFLOOP_CONFIG', { at, got, fix })
}

/** @param buckets in seconds: those of latencies without bounds of their own */
function describedMetrics(metrics: unknown, buckets: unknown, path: string): readonly MetricDescriptor[] {
  if (!Array.isArray(metrics)) {
    const fix = "give an array such as [{ name: 'hits', kind: 'counter' }]"
    throw new TelemetryError('OFFLOOP_CONFIG', { at: `${path}: metrics`, got: metrics, fix })
  }
  const bounds = buckets === undefined ? undefined : checkBuckets(buckets, 'buckets')
  return metrics.map((metric, index) => {
    if (typeof metric !== 'object' || metric === null) {
      const fix = 'give an object with name and kind'
      throw new TelemetryError('OFFLOOP_CONFIG', { at: `${path}: metrics[${index}]`, got: metric, fix })
    }
    return withBounds(described(metric as MetricDefinition), bounds)
  })
}

export function described({ name, kind, ...rest }: MetricDefinition): MetricDescriptor {
  return describeMetric(kind, name, rest)
}

function withBounds(descriptor: MetricDescriptor, seconds: readonly number[] | undefined): MetricDescriptor {
  const { kind, unit, buckets } = descriptor
  if (seconds === undefined || buckets !== undefined || kind !== 'latency' || !isTimeUnit(unit))
    return descriptor
  return { ...descriptor, buckets: bucketsIn(unit, seconds) }
}
