/** The sum of float64s without any rounding, and how far a sum in float64 is from it. */

const MANTISSA_BITS = 52
const EXPONENT_MASK = 0x7ffn
const FRACTION_MASK = (1n << 52n) - 1n

const view = new DataView(new ArrayBuffer(8))

/** In units of 2^-1074, of which every finite float64 is a whole number. */
interface ExactSum {
  readonly count: number
  readonly units: bigint
  /** Sum of the absolute values: what every rounding of a sum is measured by. */
  readonly magnitudeUnits: bigint
}

export function exactSumOf(values: readonly number[]): ExactSum {
  let units = 0n
  let magnitudeUnits = 0n
  for (const value of values) {
    const term = unitsOf(value)
    units += term
    magnitudeUnits += term < 0n ? -term : term
  }
  return { count: values.length, units, magnitudeUnits }
}

/** A finite float64 as a whole number of units: its mantissa, shifted by its exponent. */
function unitsOf(value: number): bigint {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = (bits >> BigInt(MANTISSA_BITS)) & EXPONENT_MASK
  if (exponent === EXPONENT_MASK) throw new RangeError(`${value} is no whole number of units`)
  const fraction = bits & FRACTION_MASK
  // Denormals have no hidden bit, and the exponent of the smallest normal numbers.
  const units = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return value < 0 ? -units : units
}

/** Distance from the exact sum in units of its last place, which is at least 2^-1074. */
export function errorUlps(sum: number, exact: ExactSum): number {
  const bits = sizeOf(exact.units).toString(2).length
  const ulpUnits = 1n << BigInt(Math.max(0, bits - 1 - MANTISSA_BITS))
  return Number((errorUnits(sum, exact) * 1_000n) / ulpUnits) / 1_000
}

/** Distance from the exact sum in roundings of the sum of magnitudes, of 2^-53 each: a backward-stable sum has few,
 *  whatever cancels. */
export function errorRoundings(sum: number, exact: ExactSum): number {
  const { magnitudeUnits } = exact
  if (magnitudeUnits === 0n) return errorUnits(sum, exact) === 0n ? 0 : Number.POSITIVE_INFINITY
  return Number(((errorUnits(sum, exact) << 53n) * 1_000n) / magnitudeUnits) / 1_000
}

/** Whether the sum is as good as compensated summation promises, term by term:
 *  `|error| <= eps * |sum| + (n * eps)^2 * sum of magnitudes`, with eps = 2^-53. Compared in whole numbers.
 *  @see Ogita, Rump & Oishi 2005, proposition 4.5: their gamma(n - 1) is less than n * eps */
export function isCompensated(sum: number, exact: ExactSum): boolean {
  const terms = BigInt(exact.count)
  const allowed = (sizeOf(exact.units) << 53n) + terms * terms * exact.magnitudeUnits
  return Number.isFinite(sum) && errorUnits(sum, exact) << 106n <= allowed
}

/** Whether the sum is off by at most so many roundings of the sum of magnitudes. Compared in whole numbers. */
export function isWithinRoundings(sum: number, exact: ExactSum, roundings: number): boolean {
  return Number.isFinite(sum) && errorUnits(sum, exact) << 53n <= BigInt(roundings) * exact.magnitudeUnits
}

function errorUnits(sum: number, exact: ExactSum): bigint {
  return sizeOf(unitsOf(sum) - exact.units)
}

function sizeOf(units: bigint): bigint {
  return units < 0n ? -units : units
}
