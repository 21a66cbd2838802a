/** The soak run as text: its progress, and its summary. Pure. */
import type { Reading } from './reading.ts'
import type { Judged, QuantityUnit } from './verdict.ts'

const MIB = 2 ** 20

export interface Progress {
  readonly elapsedMs: number
  readonly durationMs: number
  readonly roundCount: number
  readonly recordedCount: number
  readonly reading: Reading | undefined
}

export function formatProgress({
  elapsedMs,
  durationMs,
  roundCount,
  recordedCount,
  reading,
}: Progress): string {
  const perSecond = recordedCount / Math.max(1, elapsedMs / 1_000)
  const held =
    reading === undefined ? '' : `, RSS ${formatValue(reading.rssBytes, 'bytes')}, ${reading.laneCount} lanes`
  return (
    `${formatDuration(elapsedMs)} of ${formatDuration(durationMs)}, round ${roundCount + 1}, ` +
    `${formatCount(recordedCount)} recorded, ${formatCount(perSecond)}/s${held}`
  )
}

/** One line for each quantity: where it began, its level and peak, its slope, and what was made of it. */
export function formatTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ name, unit, limit, flatness, first, max }) => [
    name,
    formatValue(first, unit),
    formatValue(flatness.level, unit),
    formatValue(max, unit),
    `${flatness.slopePerHour < 0 ? '' : '+'}${formatValue(flatness.slopePerHour, unit)}/h`,
    limit === undefined
      ? ''
      : `${flatness.verdict} (${formatValue(flatness.growth, unit)} of ${formatValue(flatness.growthAllowed, unit)} allowed)`,
  ])
  const table = [['', 'first', 'level', 'peak', 'slope', 'second half'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map(row => row[column]!.length)))
  return table
    .map(row =>
      row
        .map((cell, column) =>
          column === 0 || column === row.length - 1
            ? cell.padEnd(widths[column]!)
            : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function formatValue(value: number, unit: QuantityUnit): string {
  if (unit === 'bytes') return `${(value / MIB).toFixed(1)} MiB`
  const text = Math.abs(value) >= 100 || Number.isInteger(value) ? formatCount(value) : value.toFixed(1)
  return unit === 'ms' ? `${text} ms` : text
}

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en')
}

export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  const parts = [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', `${seconds % 60} s`]
  return parts.filter(part => part !== '' && (part !== '0 s' || seconds === 0)).join(' ')
}
