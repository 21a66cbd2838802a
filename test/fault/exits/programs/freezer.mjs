/** Runs on the aggregator thread, and stops it for good when it is told to: at once, or where it writes to the disk. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const stopForGood = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
const { fsyncSync } = fs
fs.fsyncSync = file => {
  fsyncSync(file)
  if (process.env.OFFLOOP_TEST_FREEZE === 'disk') stopForGood()
}
syncBuiltinESMExports()

const check = setInterval(() => {
  if (process.env.OFFLOOP_TEST_FREEZE !== 'now') return
  process.env.OFFLOOP_TEST_FREEZE = 'frozen'
  stopForGood()
}, 2)
check.unref()
