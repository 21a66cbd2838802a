/** Summary and faults as lines for people. Pure. */
import type { Fault } from './fault.ts'
import { formatCount, formatRate, formatSeconds, formatShare } from './quantity.ts'
import {
  OVERFLOWED_SHARE_MIN,
  type Part,
  type Ran,
  ROUNDS_MEDIAN_MIN,
  ROUNDS_MIN,
  type Summary,
  shareOf,
} from './summary.ts'

const TITLE_WIDTH = 15

/** Ends with a line break. */
export function formatSummary(summary: Summary): string {
  const { recorded, drained, dropped, durationMs, crossings, faultCounts, doubts } = summary
  const rest = recorded - drained - dropped
  // Of cases with faults nobody knows.
  const whose = summary.faultCount === 0 ? 'left behind by terminated threads' : 'unaccounted'
  const remainder = rest === 0 ? '' : ` + ${formatCount(rest)} ${whose}`
  const lines = [
    ['cases', `${summary.caseCount}, in ${formatSeconds(durationMs)}`],
    ['samples', `${formatCount(recorded)} recorded, ${formatRate(recorded / durationMs)}`],
    ['', `= ${formatCount(drained)} drained + ${formatCount(dropped)} dropped${remainder}`],
    ['dropped', `${formatShare(dropped / recorded)} of all samples`],
    [
      'overflowed',
      `${formatPart(summary.overflowed)}, at least ${formatShare(OVERFLOWED_SHARE_MIN)} demanded`,
    ],
    ...crossings.map(({ boundary, ...part }) => [
      `crossed 2^${Math.log2(boundary)}`,
      `${formatPart(part)} that start before it`,
    ]),
    [
      'rounds',
      `at least ${formatRounds(summary.roundsMin)} of each ring, median ${formatRounds(summary.roundsMedian)}; ${ROUNDS_MIN} and ${ROUNDS_MEDIAN_MIN} demanded`,
    ],
    ['large batches', `published in ${formatPart(summary.largeBatches)} of 1,024 slots or more that may`],
    ['fast reader', `lost nothing in ${formatPart(summary.losslessFast)}`],
    ['incidents', `${summary.restartCount} readers replaced, ${formatTerminated(summary.terminatedInBurst)}`],
    [
      'faults',
      Object.entries(faultCounts)
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', '),
    ],
    ['seed', `${summary.seed}, Node ${summary.node}`],
    ...doubts.map(doubt => ['NO PROOF', `${doubt}: this run proves nothing`]),
  ]
  return lines.map(([title = '', text]) => `${title.padEnd(TITLE_WIDTH)}${text}\n`).join('')
}

/** Ends with a line break.
 *  @param replay what to run, to see only that case again */
export function formatFaults({ stressCase, report }: Ran, replay: string): string {
  const total = Object.values(report.faultCounts).reduce((sum, count) => sum + count, 0)
  const lines = report.faults.map(formatFault)
  return `${stressCase.name}: ${formatCount(total)} faults\n${lines.join('')}  again: ${replay}\n`
}

function formatFault({ kind, producer, ordinal, expected, actual }: Fault): string {
  const where = producer < 0 ? '' : `producer ${producer}, at sample ${formatCount(ordinal)}: `
  return `  ${kind}: ${where}expected ${expected}; got ${actual}\n`
}

function formatTerminated({ count, of }: Part): string {
  return `${count} of ${of} producers terminated in mid-burst`
}

function formatPart(part: Part): string {
  const share = part.of === 0 ? '' : ` (${formatShare(shareOf(part))})`
  return `${part.count} of ${part.of} cases${share}`
}

function formatRounds(rounds: number): string {
  // Never more than it was: 2.49 is less than 2.5.
  return (Math.floor(rounds * 10) / 10).toFixed(1)
}
