/** Who is measured, as exporters say it. Aggregator thread. */
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { AggregatorBoot } from '../shared/aggregator-boot.ts'
import type { ExportResource } from '../shared/extension/extension.ts'

/** Made of what every aggregator of a telemetry is given alike, so that they all are the same instance. */
export function resourceOf({ share, version }: Pick<AggregatorBoot, 'share' | 'version'>): ExportResource {
  const hostName = hostname()
  return {
    service: share.service,
    instanceId: uuidOf(`${hostName} ${share.id} ${share.origin.epochMs}`),
    pid: process.pid,
    hostName,
    startTimeMs: share.origin.epochMs,
    version,
  }
}

/** A UUID made of a text, of version 8: of the maker's own making. @see RFC 9562 */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
