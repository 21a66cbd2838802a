/** What an access to growable shared memory costs, by the kind of view: node docs/adr/evidence/0001-views.mjs */
import { compare } from './measure.mjs'

const BYTES = 65_536
const growable = () => new SharedArrayBuffer(BYTES, { maxByteLength: 64 * 1024 * 1024 })

/** A loop of its own for each kind of view: V8 compiles an access for the kinds it has seen at that place. */
function increments(words) {
  const loop = new Function(
    'words',
    'count',
    'for (let i = 0; i < count; i++) words[i & 1023]++; return words[0]',
  )
  return count => loop(words, count)
}

compare(
  {
    'fixed memory, fixed-length view': increments(new Int32Array(new SharedArrayBuffer(BYTES))),
    'growable memory, fixed-length view': increments(new Int32Array(growable(), 0, BYTES / 4)),
    'growable memory, length-tracking view': increments(new Int32Array(growable())),
  },
  1_000_000,
)

const before = process.memoryUsage().rss
const reserved = Array.from({ length: 8 }, growable)
const grownBytes = process.memoryUsage().rss - before
console.log(
  `${reserved.length} × 64 MiB reserved, 64 KiB in use: resident memory grew by ${Math.round(grownBytes / 1024)} KiB`,
)
