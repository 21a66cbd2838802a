/** All files that are made from the results, by their path in the repository. Pure. */
import { documentOf, type Pictured } from './document.ts'
import {
  DOCUMENT_PATH,
  HEADLINE_PICTURE_PATH,
  headlineOf,
  headlinePicture,
  withHeadline,
} from './headline.ts'
import type { ReportInputs } from './inputs.ts'
import { plotOf } from './question-plot.ts'
import { checkComparable } from './runs.ts'

export const README_PATH = 'README.md'
/** Holds nothing but the pictures that are made here. */
export const PICTURES_FOLDER = 'docs/benchmarks'

/** @param readme its whole text; only what is between the two markers is made anew
 *  @throws RangeError where results are of several machines or versions, or the README has no place for the figures
 *  @returns the same text for the same results, on every machine */
export function filesOf(inputs: ReportInputs, readme: string): Map<string, string> {
  checkComparable(inputs)
  const files = new Map<string, string>()
  const results = [inputs.cost, inputs.load].filter(result => result !== undefined)
  const asked = results.flatMap(({ questions, roundCount }) =>
    questions.map(report => ({ report, roundCount })),
  )
  const seenCounts = new Map<string, number>()
  const pictured = asked.map(({ report, roundCount }): Pictured => {
    const seenCount = (seenCounts.get(report.name) ?? 0) + 1
    seenCounts.set(report.name, seenCount)
    const svg = plotOf(report)
    if (svg === undefined) return { report, roundCount, picturePath: undefined }
    const fileName = seenCount === 1 ? `${report.name}.svg` : `${report.name}-${seenCount}.svg`
    files.set(`${PICTURES_FOLDER}/${fileName}`, svg)
    return { report, roundCount, picturePath: `benchmarks/${fileName}` }
  })
  const headline = headlinePicture(asked.map(({ report }) => report))
  if (headline !== undefined) files.set(HEADLINE_PICTURE_PATH, headline)
  files.set(DOCUMENT_PATH, documentOf(inputs, pictured))
  files.set(README_PATH, withHeadline(readme, headlineOf(inputs)))
  return files
}
