/** Errors of extensions as errors of this thread: an extension is a bundle of its own, whose TelemetryError is another class. */
import {
  isTelemetryErrorCode,
  TelemetryError,
  type TelemetryErrorCode,
  type TelemetryErrorDetails,
} from '../shared/errors.ts'
import { reasonOf } from '../shared/limited-log.ts'

/** The same error with the class it has here; one without a code gets this one. */
export function codedError(thrown: unknown, code: TelemetryErrorCode, fix: string): TelemetryError {
  if (thrown instanceof TelemetryError) return thrown
  const given = (typeof thrown === 'object' ? thrown : undefined) as
    | { code?: unknown; details?: TelemetryErrorDetails }
    | undefined
    | null
  if (isTelemetryErrorCode(given?.code) && typeof given?.details?.fix === 'string')
    return new TelemetryError(given.code, given.details)
  return new TelemetryError(code, { got: reasonOf(thrown), fix, cause: thrown })
}
