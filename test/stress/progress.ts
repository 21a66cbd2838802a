/** How far the run is, as one line. Pure. */
import { formatCount, formatRate, formatSeconds } from './quantity.ts'

const BAR_LENGTH = 24

export interface Progress {
  readonly recorded: number
  readonly sampleCount: number
  readonly elapsedMs: number
  readonly casesDone: number
  readonly caseCount: number
  readonly caseName: string
}

export function formatProgress(progress: Progress, columns: number): string {
  const { recorded, sampleCount, elapsedMs, casesDone, caseCount, caseName } = progress
  const done = Math.min(1, recorded / sampleCount)
  const filled = Math.round(done * BAR_LENGTH)
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_LENGTH - filled)
  const perMs = recorded / Math.max(1, elapsedMs)
  const left = recorded === 0 ? '' : `, ${formatSeconds(Math.max(0, sampleCount - recorded) / perMs)} left`
  const percent = `${Math.floor(done * 100)} %`.padStart(5)
  const text = `${bar} ${percent}  ${formatCount(recorded)} samples, ${formatRate(perMs)}${left}  case ${casesDone + 1} of ${caseCount}: ${caseName}`
  return text.slice(0, Math.max(0, columns - 1))
}
