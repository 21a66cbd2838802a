/** When the demo's slow route is slow. Pure. */

export type Phase = 'before' | 'slow' | 'after'

const SLOW_FROM_RATIO = 0.35
const SLOW_UNTIL_RATIO = 0.6

/** The phases that begin after the first, and when. */
export function planPhases(durationMs: number): readonly { readonly phase: Phase; readonly atMs: number }[] {
  return [
    { phase: 'slow', atMs: durationMs * SLOW_FROM_RATIO },
    { phase: 'after', atMs: durationMs * SLOW_UNTIL_RATIO },
  ]
}
