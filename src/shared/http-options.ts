/** Options of the HTTP endpoint: their meaning, defaults, and what is wrong with those given. Pure. */
import { TelemetryError } from './errors.ts'

export interface HttpOptions {
  /** 0: any free one. Default 9464. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
}

export type ResolvedHttpOptions = Required<HttpOptions>

/** @throws TelemetryError OFFLOOP_OPTION */
export function resolveHttpOptions(value: unknown, at: string): ResolvedHttpOptions {
  if (value !== true && (typeof value !== 'object' || value === null)) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      at,
      got: value,
      fix: 'give true, or options such as { port: 9464 }',
    })
  }
  return { port: 9464, host: '127.0.0.1', ...(value === true ? {} : value) }
}
