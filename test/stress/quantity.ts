/** Numbers of the stress run as text. Pure. */

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** @param perMs per millisecond */
export function formatRate(perMs: number): string {
  return `${(perMs / 1_000).toFixed(1)} million/s`
}

export function formatShare(share: number): string {
  const percent = share * 100
  return `${percent > 0 && percent < 1 ? percent.toPrecision(1) : Math.round(percent)} %`
}

export function formatSeconds(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
