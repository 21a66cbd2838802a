/** Refuses options that nobody reads: a misspelt one would else be ignored in silence. Pure. */
import { TelemetryError } from './errors.ts'
import { closestName } from './statistics/closest-name.ts'

/** @param at where the options are given, put before the key: `query.`
 *  @throws TelemetryError OFFLOOP_OPTION naming the first key that is not known, and the one that was probably meant */
export function checkKnownKeys(options: object, known: readonly string[], at = ''): void {
  const unknownKey = Object.keys(options).find(key => !known.includes(key))
  if (unknownKey === undefined) return
  const closest = closestName(unknownKey, known) ?? known.find(key => key.startsWith(unknownKey.slice(0, 4)))
  const fix =
    closest === undefined ? `remove it, or use one of ${known.join(', ')}` : `did you mean "${closest}"?`
  throw new TelemetryError('OFFLOOP_OPTION', { at: `${at}${unknownKey}`, fix })
}

/** Options that are an object of known keys, as callers without types may fail to give them.
 *  @param at what they are, for the error: `flush options`
 *  @param prefix put before the key: `query.`
 *  @throws TelemetryError OFFLOOP_OPTION */
export function checkOptions(options: unknown, known: readonly string[], at: string, prefix = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const fix = `give an object with any of ${known.join(', ')}, or nothing`
    throw new TelemetryError('OFFLOOP_OPTION', { at, got: options, fix })
  }
  checkKnownKeys(options, known, prefix)
}
