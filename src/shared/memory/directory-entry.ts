/** An entry of the directory as text: what it may say, and how what another thread wrote is read. Pure. */
import type { MetricDescriptor } from '../metric.ts'
import { checkMemory } from './corrupt-memory.ts'

/** What an entry says. A series names its metric by that metric's entry id; ids count the entries from 0. */
export type DirectoryEntry =
  | { readonly type: 'metric'; readonly descriptor: MetricDescriptor }
  | {
      readonly type: 'series'
      readonly metricEntryId: number
      readonly labelValues: readonly string[]
      /** Whether it stands for all series beyond this thread's limit. */
      readonly isOverflow: boolean
    }

/** The longest text of an entry: 32 label values of 1,024 characters, each escaped in 6 bytes, and some more. */
export const ENTRY_TEXT_BYTES_MAX = 262_144

/** The entry a text states. It is a metric or a series; whether what it says is any good is for the registration to find,
 *  which refuses one entry and keeps the lane.
 *  @throws CorruptMemory when no producer can have written it */
export function parseEntry(text: string): DirectoryEntry {
  const entry = parsed(text)
  checkMemory(typeof entry === 'object' && entry !== null, 'an entry is an object')
  const { type } = entry as Partial<DirectoryEntry>
  checkMemory(type === 'metric' || type === 'series', 'an entry is a metric or a series')
  return entry as DirectoryEntry
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    checkMemory(false, 'an entry is JSON')
  }
}
