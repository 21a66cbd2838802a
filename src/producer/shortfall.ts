/** Says in words how much was lost. Pure. */

/** For example `1,234 samples and 1 increment of counters`. */
export function shortfallText({ samples, increments = 0 }: { samples: number; increments?: number }): string {
  const parts: string[] = []
  if (samples > 0 || increments === 0) parts.push(counted(samples, 'sample'))
  if (increments > 0) parts.push(`${counted(increments, 'increment')} of counters`)
  return parts.join(' and ')
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
