/** OpenTelemetry's MeterProvider on top of a telemetry: instruments record into this thread's lane. */
import type * as api from '@opentelemetry/api'
import { TelemetryError, type ThreadTelemetry } from '../index.ts'
import { ActiveTrace } from './active-trace.ts'
import { Meter } from './meter.ts'
import { ObservationRounds } from './observation-rounds.ts'
import { Reports } from './reports.ts'

export interface MeterProviderOptions {
  /** How often the callbacks of observable instruments are asked. Default 10,000. */
  readonly observeIntervalMs?: number
  /** How long such a callback may take. Default 5,000. */
  readonly observeTimeoutMs?: number
  /** Sets of attributes of one instrument; what is recorded with further ones is counted together, with the attribute
   *  `otel.metric.overflow`. Default 2,000. `maxSeriesPerMetric` of the telemetry limits each set of keys beside it. */
  readonly cardinalityLimit?: number
  /** Attributes of one measurement, at most 32; further ones are left out. Default 32. */
  readonly attributeCountMax?: number
  /** Characters of an attribute's value, at most 1,024; longer ones are cut. Default 1,024. */
  readonly attributeValueLengthMax?: number
}

const LIMITS: Readonly<
  Record<keyof MeterProviderOptions, readonly [byDefault: number, min: number, max: number]>
> = {
  observeIntervalMs: [10_000, 1, 2_147_483_647],
  observeTimeoutMs: [5_000, 1, 2_147_483_647],
  cardinalityLimit: [2_000, 2, 1_000_000],
  attributeCountMax: [32, 0, 32],
  attributeValueLengthMax: [1_024, 1, 1_024],
}
/** Meters of one provider: whoever makes up names must not fill the memory. */
const METERS_MAX = 10_000

/** Give it to `metrics.setGlobalMeterProvider(…)`, and OpenTelemetry's instruments record through offloop.
 *  @example metrics.setGlobalMeterProvider(new MeterProvider(telemetry)) */
export class MeterProvider implements api.MeterProvider {
  readonly #telemetry: ThreadTelemetry
  readonly #reports = new Reports()
  readonly #trace = new ActiveTrace()
  readonly #rounds: ObservationRounds
  readonly #limits: { cardinalityLimit: number; attributeCountMax: number; attributeValueLengthMax: number }
  readonly #meters = new Map<string, Meter>()
  #shutdown: Promise<void> | undefined

  /** @param telemetry of the thread on which instruments are used: created here, or attached
   *  @throws TelemetryError OFFLOOP_OPTION */
  constructor(telemetry: ThreadTelemetry, options: MeterProviderOptions = {}) {
    if (typeof telemetry?.latency !== 'function') {
      const fix = 'give what createTelemetry or attachTelemetry returns'
      throw new TelemetryError('OFFLOOP_OPTION', { at: 'telemetry', got: telemetry, fix })
    }
    const { observeIntervalMs, observeTimeoutMs, ...limits } = checked(options)
    this.#telemetry = telemetry
    this.#limits = limits
    this.#rounds = new ObservationRounds({
      intervalMs: observeIntervalMs,
      timeoutMs: observeTimeoutMs,
      reports: this.#reports,
    })
  }

  /** The meter of this name, version and schema: always the same. */
  getMeter(name: string, version?: string, options?: api.MeterOptions): api.Meter {
    const schemaUrl = options?.schemaUrl
    const key = JSON.stringify([name, version, schemaUrl])
    const known = this.#meters.get(key)
    if (known !== undefined) return known
    if (this.#shutdown !== undefined) this.#reports.once('shutdown', 'a meter was asked for after shutdown')
    const scope = {
      name: scopeText(name) ?? '',
      ...optional('version', scopeText(version)),
      ...optional('schemaUrl', scopeText(schemaUrl)),
    }
    const [telemetry, rounds, reports] = [this.#telemetry, this.#rounds, this.#reports]
    const context = { telemetry, limits: this.#limits, rounds, reports, trace: this.#trace }
    const meter = new Meter(context, scope)
    if (this.#meters.size < METERS_MAX) this.#meters.set(key, meter)
    return meter
  }

  /** What went wrong on this thread, in numbers: callbacks of observable instruments that threw or were not done in time,
   *  and measurements that cannot be recorded, such as NaN. */
  get counts(): { callbacksFailed: number; callbacksLate: number; valuesIgnored: number } {
    const { failures, timeouts } = this.#rounds
    return { callbacksFailed: failures, callbacksLate: timeouts, valuesIgnored: this.#reports.valuesIgnored }
  }

  /** Asks the callbacks of observable instruments, and has the exporters send everything.
   *  @throws TelemetryError as `telemetry.push()` */
  async forceFlush(): Promise<void> {
    await this.#rounds.run()
    await this.#telemetry.push()
  }

  /** Flushes a last time, and asks no callback any more. Idempotent. The telemetry is its owner's to close.
   *  @throws TelemetryError as `telemetry.push()` */
  shutdown(): Promise<void> {
    this.#rounds.stop()
    this.#shutdown ??= this.forceFlush().catch((error: unknown) => {
      // Closing the telemetry was the last push.
      if (!(error instanceof TelemetryError && error.code === 'OFFLOOP_CLOSED')) throw error
    })
    return this.#shutdown
  }
}

function checked(options: MeterProviderOptions): Required<MeterProviderOptions> {
  const unknown = Object.keys(options).find(name => !Object.hasOwn(LIMITS, name))
  if (unknown !== undefined) {
    const fix = `remove it, or use one of ${Object.keys(LIMITS).join(', ')}`
    throw new TelemetryError('OFFLOOP_OPTION', { at: `MeterProvider.${unknown}`, fix })
  }
  const entries = Object.entries(LIMITS).map(([name, [byDefault, min, max]]) => {
    const value = options[name as keyof MeterProviderOptions] ?? byDefault
    if (Number.isInteger(value) && value >= min && value <= max) return [name, value] as const
    const fix = `give a whole number from ${min} to ${max}`
    throw new TelemetryError('OFFLOOP_OPTION', { at: `MeterProvider.${name}`, got: value, fix })
  })
  return Object.fromEntries(entries) as unknown as Required<MeterProviderOptions>
}

function scopeText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 1_024) : undefined
}

function optional<Name extends string>(name: Name, text: string | undefined): Partial<Record<Name, string>> {
  return text === undefined || text === '' ? {} : ({ [name]: text } as Record<Name, string>)
}
