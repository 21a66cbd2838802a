/** A thread that writes exemplars without a pause, each derived from a number that counts up. Bundled for its test. */
import { parentPort, workerData } from 'node:worker_threads'
import { ExemplarWriter } from '../../src/producer/exemplar-writer.ts'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import { openLane } from '../../src/shared/memory/lane-layout.ts'

const control = new Int32Array(workerData.control)
const stop = new Int32Array(workerData.stop)
const staged = new Float64Array(1)
const writer = new ExemplarWriter(openLane(workerData.lane), control, staged)
const hexOf = (word: number) => (word >>> 0).toString(16).padStart(8, '0')
let writtenCount = 0
for (; Atomics.load(stop, 0) === 0; writtenCount++) {
  // Values of one magnitude, so that each series has one slot, and times below 2^31.
  const number = 1 + (writtenCount % 2_000_000)
  const pair = hexOf(number) + hexOf(~number)
  // A second of the clock passes with each, so each is due.
  Atomics.store(control, ControlWord.clockMs, number * 1_000)
  // Both words of the float differ from one to the next.
  staged[0] = 2 ** 21 + number + number / 2 ** 22
  writer.keep(number % 3, pair + pair, pair)
}
parentPort!.postMessage(writtenCount)
