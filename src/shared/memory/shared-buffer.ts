/** Tells shared memory from anything else. Pure. */

const TAG = '[object SharedArrayBuffer]'

/** Not by `instanceof`: test runners give each file globals of its own, and messages come from outside of them. */
export function isSharedBuffer(value: unknown): value is SharedArrayBuffer {
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === TAG
}
