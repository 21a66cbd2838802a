/** Which accesses race, and which of those are meant to.
 *
 *  Two accesses of one location race when one of them writes, they are not both atomic, and neither happened before the
 *  other. Happens-before comes from program order, and from an atomic load that finds what an atomic store wrote. */
import type { LaneCode } from './bundled-code.ts'
import { type Access, isAtomic, isWriting, type Location } from './model-memory.ts'
import type { Facts, ThreadNode } from './thread-tree.ts'

/** Words that are read while they are written, on purpose: aligned 32 bits do not tear, and an older value is as good.
 *  What such a read may find under the memory model, older values included, is explored. */
export function isRaceMeant(
  { ControlWord, LaneWord }: LaneCode,
  droppedCells: readonly number[],
): (location: Location) => boolean {
  const meant = new Set([
    // The producer's plain look at the clock, and at whether the telemetry is closed.
    `0:${ControlWord.clockMs * 4}`,
    `0:${ControlWord.closed * 4}`,
    // The heartbeat an aggregator finds when it takes a lane on.
    `1:${LaneWord.heartbeatMs * 4}`,
    // Dropped samples of a series: a plain increment by the one writer.
    ...droppedCells.map(byte => `2:${byte}`),
  ])
  return ({ buffer, byte }) => meant.has(`${buffer}:${byte}`)
}

/** Whether `thread`'s next access races with one the other thread has already made. */
export function isRace<F extends Facts, G extends Facts>(
  access: Access,
  thread: ThreadNode<F>,
  other: ThreadNode<G>,
): boolean {
  const { index } = access.location
  const { write, plainWrite, access: any, plainAccess } = other.touches
  const atomic = isAtomic(access)
  const conflicting = isWriting(access) ? (atomic ? plainAccess : any) : atomic ? plainWrite : write
  return (conflicting[index] ?? 0) > thread.known
}

/** Steps of the other thread whose writes a read may find when it races with them: the last it knows of, 0 where that
 *  is none of the other's, and every later one but the latest. */
export function olderWrites<G extends Facts>(
  { index }: Location,
  known: number,
  other: ThreadNode<G>,
): { step: number; value: unknown }[] {
  const older: { step: number; value: unknown }[] = []
  let isLatest = true
  for (let node: ThreadNode<G> | undefined = other; node !== undefined; node = node.parent) {
    if (node.access?.location.index !== index || !isWriting(node.access) || typeof node.result === 'symbol')
      continue
    if (!isLatest) older.push({ step: node.step, value: node.access.value })
    if (node.step <= known) return older
    isLatest = false
  }
  older.push({ step: 0, value: undefined })
  return older
}
