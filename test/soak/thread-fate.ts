/** What becomes of a recording thread. Pure. */

export const FATES = [
  'end',
  'close',
  'exit',
  'throw',
  'terminated blocked',
  'terminated turning',
  'terminated with open marks',
] as const
export type Fate = (typeof FATES)[number]

export function isTerminated(fate: Fate): boolean {
  return fate.startsWith('terminated')
}
