/** What memory is measured with: requirement B2's metrics, and how full they are. */
import { lognormalValues } from '../inputs.ts'

export const METRIC_COUNT = 20
export const SAMPLE_COUNT = 10_000
export const METRIC_NAMES: readonly string[] = Array.from(
  { length: METRIC_COUNT },
  (_, index) => `request_${index}`,
)

/** Made before anything is measured. */
export const VALUES: Float64Array = lognormalValues(SAMPLE_COUNT)
