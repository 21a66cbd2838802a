/** Changes to production source text: each names a place that has to be there exactly once. */

export interface SourceChange {
  /** Path below src/. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** The constants that keep small cases from being small, scaled down. Nothing else differs from what is shipped. */
export const SCALED_DOWN: readonly SourceChange[] = [
  // Lanes of two and four slots may be made.
  {
    file: 'shared/memory/lane-layout.ts',
    find: 'export const LANE_CAPACITY_MIN = 16\n',
    replace: 'export const LANE_CAPACITY_MIN = 2\n',
  },
  // A batch is as long as what was recorded since the clock moved, so that few samples make a batch of several.
  {
    file: 'producer/lane-writer.ts',
    find: 'const BATCH_SHARE_LOG2 = 5\n',
    replace: 'const BATCH_SHARE_LOG2 = 0\n',
  },
  // Room is taken half a lane at a time: a quarter of four slots would end every batch after one sample, and a quarter
  // of two is none.
  {
    file: 'producer/lane-writer.ts',
    find: 'Math.min(capacity - fill, capacity >> 2)',
    replace: 'Math.min(capacity - fill, capacity >> 1)',
  },
  // A drain takes several batches.
  {
    file: 'worker/lane-reader.ts',
    find: 'const BATCH_SAMPLES = 4_096\n',
    replace: 'const BATCH_SAMPLES = 2\n',
  },
]

/** Of a summary only those words are looked at that the few samples of a case can change: table, octave and buckets of values
 *  around 100. The others are the same in every state. */
export const SUMMARY_SCALED_DOWN: readonly SourceChange[] = [
  ...SCALED_DOWN,
  ...[
    ['table = 0; table < TABLES', 'table = 6; table < 7'],
    ['octave = 0; octave < PAGE_WORDS', 'octave = 6; octave < 8'],
    ['bucket = 0; bucket < PAGE_WORDS', 'bucket = 20; bucket < 24'],
  ].map(([find = '', replace = '']) => ({ file: 'worker/summary-reader.ts', find, replace })),
]

/** @throws when a place is missing or ambiguous: the source has changed, and the change has to follow it. */
export function applyChanges(source: string, changes: readonly SourceChange[]): string {
  return changes.reduce((text, { file, find, replace }) => {
    const count = text.split(find).length - 1
    if (count !== 1) throw new Error(`src/${file} has ${count} places that read ${JSON.stringify(find)}`)
    return text.replace(find, () => replace)
  }, source)
}
