/** The extensions that a telemetry begins with, and where the modules of those are found that come with the package.
 *  Creating thread. */
import { type ExtensionSpec, SCRAPE_EXTENSION } from '../shared/extension/extension.ts'
import { delayChannelName } from '../shared/runtime/event-loop-delay.ts'
import type { ResolvedOptions } from './options.ts'

/** @param id of the telemetry */
export function extensionsOf({ http, exporters, runtime }: ResolvedOptions, id: string): ExtensionSpec[] {
  const server = { name: SCRAPE_EXTENSION, module: prometheusModule(), options: { http } }
  const process = {
    name: 'process',
    module: processModule(),
    options: { intervalMs: runtime?.intervalMs, delayChannel: delayChannelName(id) },
  }
  return [...(http === undefined ? [] : [server]), ...(runtime === undefined ? [] : [process]), ...exporters]
}

/** Address of the built module. In CommonJS, where bundlers have put this code, no module has an address: then it is a name
 *  that the aggregator thread looks for, and does not find (docs/bundling.md).
 *  Written out for bundlers, which copy such files along. */
export function prometheusModule(): string {
  try {
    return import.meta.url.endsWith('.ts')
      ? new URL('../../dist/exporters/prometheus.js', import.meta.url).href
      : new URL('./exporters/prometheus.js', import.meta.url).href
  } catch {
    return 'offloop/exporters/prometheus'
  }
}

/** The same, of the module that measures the process. */
function processModule(): string {
  try {
    return import.meta.url.endsWith('.ts')
      ? new URL('../../dist/exporters/process.js', import.meta.url).href
      : new URL('./exporters/process.js', import.meta.url).href
  } catch {
    return 'offloop/exporters/process'
  }
}
