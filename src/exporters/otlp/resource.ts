/** Who is measured, as OpenTelemetry's resource. Aggregator thread. */
import type { Resource } from '@opentelemetry/resources'
import type { ExportResource } from '../../shared/extension/extension.ts'
import { fromEnv } from './configuration.ts'

export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>

/** Attributes by the semantic conventions. Of one name the last wins: what offloop knows, OTEL_RESOURCE_ATTRIBUTES,
 *  OTEL_SERVICE_NAME, and what the options say. */
export function resourceOf(
  resource: ExportResource,
  env: NodeJS.ProcessEnv,
  given: ResourceAttributes = {},
): Resource {
  const serviceName = fromEnv(env, ['OTEL_SERVICE_NAME'])
  return plainResource({
    'service.name': resource.service,
    'service.instance.id': resource.instanceId,
    'host.name': resource.hostName,
    'process.pid': resource.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'telemetry.sdk.name': 'offloop',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': resource.version,
    ...attributesOf(fromEnv(env, ['OTEL_RESOURCE_ATTRIBUTES'])),
    ...(serviceName === undefined ? {} : { 'service.name': serviceName }),
    ...given,
  })
}

/** `key=value` pairs between commas, percent-encoded. One that cannot be read is left out. */
function attributesOf(text = ''): Record<string, string> {
  const pairs = text.split(',').flatMap(pair => {
    const [key = '', ...rest] = pair.split('=')
    const value = decoded(rest.join('=').trim())
    return key.trim() === '' || rest.length === 0 || value === undefined ? [] : [[key.trim(), value] as const]
  })
  return Object.fromEntries(pairs)
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** What the official exporters read of a resource. */
function plainResource(attributes: ResourceAttributes): Resource {
  const resource: Resource = {
    attributes,
    asyncAttributesPending: false,
    getRawAttributes: () => Object.entries(attributes),
    merge: () => resource,
  }
  return resource
}
