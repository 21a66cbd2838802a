/** Whether what came on a channel is an announcement. Any thread may write there whatever it likes. Pure. */
import { DIRECTORY_BYTES_MAX, DIRECTORY_BYTES_MIN } from './memory/directory.ts'
import { LANE_CAPACITY_MAX, LANE_CAPACITY_MIN, laneBytes } from './memory/lane-layout.ts'
import { isSharedBuffer } from './memory/shared-buffer.ts'
import { SUMMARY_PAGES_MAX } from './memory/summary-layout.ts'
import type { LaneAnnouncement } from './share.ts'

/** Lane and directory are of the kind and size that a producer makes. What is in them is for the reader to check. */
export function isAnnouncement(message: unknown): message is LaneAnnouncement {
  if (typeof message !== 'object' || message === null) return false
  const { type, lane, directory } = message as Partial<LaneAnnouncement>
  return type === 'lane' && isLaneBuffer(lane) && isDirectoryBuffer(directory)
}

/** A lane never grows: its views would have to follow it. */
function isLaneBuffer(buffer: unknown): buffer is SharedArrayBuffer {
  if (!isSharedBuffer(buffer) || buffer.growable) return false
  const { byteLength } = buffer
  return (
    byteLength >= laneBytes(LANE_CAPACITY_MIN, 0) &&
    byteLength <= laneBytes(LANE_CAPACITY_MAX, SUMMARY_PAGES_MAX)
  )
}

function isDirectoryBuffer(buffer: unknown): buffer is SharedArrayBuffer {
  if (!isSharedBuffer(buffer) || !buffer.growable) return false
  return buffer.byteLength >= DIRECTORY_BYTES_MIN && buffer.maxByteLength <= DIRECTORY_BYTES_MAX
}
