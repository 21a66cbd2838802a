/** Under which id Grafana keeps a dashboard. Pure. */

/** The same for a service each time, so that a dashboard made anew takes the old one's place. */
export function uidOf(service: string): string {
  const plain = service.replace(/[^a-zA-Z0-9_-]+/g, '-')
  const uid = `offloop-${plain}`
  // Two names must not become one: what is changed gets a sum of what it was.
  return plain === service && uid.length <= UID_LENGTH_MAX ? uid : `${uid.slice(0, 30)}-${hashOf(service)}`
}

const UID_LENGTH_MAX = 40

/** @see Fowler, Noll, Vo: FNV-1a, 32 bits */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash.toString(36)
}
