/** What an option may be, one check for each sort of it. */
import { TelemetryError } from '../index.ts'
import { closestName } from '../shared/statistics/closest-name.ts'

const TEXT_LENGTH_MAX = 4_096

/** @throws TelemetryError OFFLOOP_OPTION */
export function refuse(at: string, got: unknown, fix: string): never {
  throw new TelemetryError('OFFLOOP_OPTION', { at, got, fix })
}

export function optional<T, U>(value: unknown, otherwise: U, check: (value: unknown) => T): T | U {
  return value === undefined ? otherwise : check(value)
}

export function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  return refuse(at, value, 'give an object')
}

export function checkKeys(given: object, known: readonly string[], at: string): void {
  const unknown = Object.keys(given).find(key => !known.includes(key))
  if (unknown === undefined) return
  const closest = closestName(unknown, known)
  refuse(
    `${at}.${unknown}`,
    undefined,
    closest === undefined ? `use one of ${known.join(', ')}` : `did you mean "${closest}"?`,
  )
}

export function text(value: unknown, at: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= TEXT_LENGTH_MAX) return value
  return refuse(at, typeof value === 'string' ? `${value.length} characters` : value, 'give a text')
}

/** Texts by name. */
export function record(value: unknown, at: string): Readonly<Record<string, string>> {
  const entries = Object.entries(object(value, at)).map(([key, one]) => [key, text(one, `${at}.${key}`)])
  return Object.fromEntries(entries) as Record<string, string>
}

export function oneOf<T>(value: unknown, known: readonly T[], at: string): T {
  return known.includes(value as T) ? (value as T) : refuse(at, value, `use one of ${known.join(', ')}`)
}

export function numberIn(value: unknown, min: number, max: number, at: string): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number
  return refuse(at, value, `give a whole number from ${min} to ${max}`)
}
