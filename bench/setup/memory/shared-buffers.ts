/** Notes every SharedArrayBuffer that this thread makes: whatever the telemetry shares, none can be forgotten. */

const made: SharedArrayBuffer[] = []

/** To be called before the first one of interest is made. */
export function noteSharedBuffers(): void {
  globalThis.SharedArrayBuffer = new Proxy(globalThis.SharedArrayBuffer, {
    construct(target, args, newTarget) {
      const buffer = Reflect.construct(target, args, newTarget) as SharedArrayBuffer
      made.push(buffer)
      return buffer
    },
  })
}

/** Those made so far. `byteLength` is what is committed of a growable one: the rest is addresses, not memory. */
export function sharedBuffers(): readonly SharedArrayBuffer[] {
  return made
}
