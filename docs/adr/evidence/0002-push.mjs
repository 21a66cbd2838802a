/** What one push costs, by slot layout and by publishing policy: node docs/adr/evidence/0002-push.mjs */
import { compare } from './measure.mjs'

const CAPACITY = 65_536
const HEADER_BYTES = 384

/** A writer whose loop is compiled apart from all others. `slot` writes one sample, `after` runs behind it. */
function pushes({ slot, after = '', before = '' }) {
  const buffer = new SharedArrayBuffer(HEADER_BYTES + CAPACITY * 16)
  const control = new Int32Array(new SharedArrayBuffer(384))
  const source = `
    let writeIndex = 0, clockMs = 0
    return count => {
      for (let i = 0; i < count; i++) {
        const value = i * 0.5, entryId = i & 7
        ${before}
        ${slot}
        writeIndex = (writeIndex + 1) | 0
        ${after}
      }
    }`
  const make = new Function('words', 'doubles', 'control', source)
  return make(new Int32Array(buffer), new Float64Array(buffer), control)
}

const two = `const at = ${HEADER_BYTES / 4} + ((writeIndex & ${CAPACITY - 1}) << 2)
  words[at] = entryId; words[at + 1] = clockMs; doubles[(at >> 1) + 1] = value`
const one = `const at = ${HEADER_BYTES / 8} + ((writeIndex & ${CAPACITY - 1}) << 1)
  doubles[at] = clockMs * 2097152 + entryId; doubles[at + 1] = value`
const publish = 'Atomics.store(words, 32, writeIndex)'
const publishEvery = count => `if ((writeIndex & ${count - 1}) === 0) ${publish}`

compare(
  {
    'f64 header + f64 value in one view, every 16': pushes({ slot: one, after: publishEvery(16) }),
    'i32 pair + f64 value in two views, every 16': pushes({ slot: two, after: publishEvery(16) }),
    'f64 header, never published': pushes({ slot: one }),
    'f64 header, each sample published': pushes({ slot: one, after: publish }),
    'f64 header, every 8': pushes({ slot: one, after: publishEvery(8) }),
    'f64 header, every 32': pushes({ slot: one, after: publishEvery(32) }),
    'f64 header, every 16, coarse clock read for each (plain)': pushes({
      slot: one,
      before: 'clockMs = control[32]',
      after: publishEvery(16),
    }),
    'f64 header, every 16, coarse clock read for each (Atomics)': pushes({
      slot: one,
      before: 'clockMs = Atomics.load(control, 32)',
      after: publishEvery(16),
    }),
  },
  1_000_000,
)
