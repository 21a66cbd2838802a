import { expect, test } from 'vitest'
import { drawBars } from '../../../bench/report/plot/bars.ts'

const SVG = drawBars({
  title: 'it',
  footnote: '',
  groups: [{ bars: [{ name: 'it', median: 1, p25: 1, p75: 1, label: '1', tone: 'ours' }] }],
  formatTick: String,
})
const [LIGHT, DARK] = SVG.split('@media (prefers-color-scheme:dark)') as [string, string]

/** @see WCAG 2.2, relative luminance */
function luminanceOf(colour: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrastOf(one: string, other: string): number {
  const [low, high] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

test.each([
  ['light', LIGHT],
  ['dark', DARK],
])('in the %s scheme whatever is drawn has a contrast of 3:1 at least', (_, style) => {
  const colourOf = (name: string) =>
    new RegExp(`\\.${name}\\{(?:fill|stroke):(#[0-9a-f]{6})`).exec(style)![1]!
  const series = [1, 2, 3, 4, 5].map(index => `series-${index}`)
  for (const name of ['ink', 'quiet', 'ours', 'other', 'scale', 'goal-line', ...series]) {
    expect(contrastOf(colourOf(name), colourOf('panel')), name).toBeGreaterThanOrEqual(3)
  }
})
