/** What we use of snappyjs, which has no types of its own. */

declare module 'snappyjs' {
  export function compress(uncompressed: Uint8Array): Uint8Array
}
