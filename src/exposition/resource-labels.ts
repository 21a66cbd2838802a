/** Who is measured, as labels of `target_info`: OpenTelemetry's names for it. Pure. */
import type { ExportResource } from '../shared/extension/extension.ts'
import { cleanText } from './names.ts'

export function resourceLabels(resource: ExportResource): (readonly [name: string, value: string])[] {
  return [
    ['service_name', cleanText(resource.service)],
    ['service_instance_id', resource.instanceId],
    ['host_name', cleanText(resource.hostName)],
    ['process_pid', String(resource.pid)],
    ['telemetry_sdk_language', 'nodejs'],
    ['telemetry_sdk_name', 'offloop'],
    ['telemetry_sdk_version', resource.version],
  ]
}
