/** Axes: where a value lies between two ends, and which round values are marked on the way. Pure. */

export interface Scale {
  readonly kind: 'linear' | 'log'
  readonly min: number
  readonly max: number
  /** Ascending, within the ends. */
  readonly ticks: readonly number[]
  /** 0 at the lower end, 1 at the upper; values beyond lie on the end. */
  position(value: number): number
}

/** A range of more than so many powers of ten is drawn on a logarithmic axis. */
const LINEAR_DECADES_MAX = 2
/** Beside the one at 0. */
const TICKS_MAX = 6
/** Less than this is no range, but rounding. */
const RANGE_MIN = 1e-12
/** What round values begin with. */
const ROUND_STARTS = [1, 2, 5] as const
/** Room before the smallest value of a logarithmic axis, which would otherwise lie on the edge. */
const LOG_ROOM = 1.25

/** @param values at least one, all finite */
export function scaleOf(values: readonly number[], kind?: Scale['kind']): Scale {
  const min = Math.min(...values)
  const max = Math.max(...values)
  const isLog = min > 0 && (kind === undefined ? Math.log10(max / min) > LINEAR_DECADES_MAX : kind === 'log')
  return isLog ? logScale(min, max) : linearScale(Math.min(0, min), Math.max(0, max))
}

/** From a round value to the greatest: what room there is goes to the bars. */
export function linearScale(min: number, max: number): Scale {
  const isPoint = max - min < RANGE_MIN
  const step = isPoint ? 1 : roundAbove((max - min) / TICKS_MAX)
  const first = Math.floor(min / step + 1e-9)
  const last = isPoint ? first + 1 : Math.floor(max / step + 1e-9)
  // Multiplied and not added up, so that the third tenth is 0.3; the digits beyond are rounding.
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => withoutNoise((first + index) * step))
  return scaleBetween('linear', first * step, isPoint ? first * step + 1 : max, ticks, value => value)
}

/** @param min above 0 */
export function logScale(min: number, max: number): Scale {
  const low = roundBelow(min / LOG_ROOM)
  const high = Math.max(roundAbove(max), low * 10)
  const ticks: number[] = []
  for (
    let exponent = Math.floor(Math.log10(low) + 1e-9);
    10 ** exponent <= high * (1 + 1e-9);
    exponent += 1
  ) {
    const starts = Math.log10(high / low) > LINEAR_DECADES_MAX ? [1] : ROUND_STARTS
    for (const start of starts) {
      const tick = withoutNoise(start * 10 ** exponent)
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick)
    }
  }
  return scaleBetween('log', low, high, ticks, Math.log10)
}

function scaleBetween(
  kind: Scale['kind'],
  min: number,
  max: number,
  ticks: readonly number[],
  transform: (value: number) => number,
): Scale {
  const start = transform(min)
  const length = transform(max) - start
  const position = (value: number) => (transform(Math.min(Math.max(value, min), max)) - start) / length
  return { kind, min, max, ticks, position }
}

/** The next of 1, 2, 5, 10 … times a power of ten, upwards. */
function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return withoutNoise(
    ([...ROUND_STARTS, 10].find(start => start * power >= value * (1 - 1e-9)) ?? 10) * power,
  )
}

function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return withoutNoise((ROUND_STARTS.findLast(start => start * power <= value * (1 + 1e-9)) ?? 1) * power)
}

function withoutNoise(value: number): number {
  return Number(value.toPrecision(12))
}
