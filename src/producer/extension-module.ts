/** The extensions that a telemetry begins with, and where the modules of those are found that come with the package.
 *  Creating thread. */
import { type ExtensionSpec, SCRAPE_EXTENSION } from '../shared/extension/extension.ts'
import { processModuleUrl, scrapeModuleUrl } from './built-worker.ts'
import type { ResolvedOptions } from './options.ts'

export function extensionsOf({ http, exporters, runtime }: ResolvedOptions): ExtensionSpec[] {
  const server = { name: SCRAPE_EXTENSION, module: scrapeModule(), options: { http } }
  const process = { name: 'process', module: processModule(), options: { intervalMs: runtime?.intervalMs } }
  return [...(http === undefined ? [] : [server]), ...(runtime === undefined ? [] : [process]), ...exporters]
}

/** In CommonJS, where bundlers may put this code, no module has an address: then it is a name that the aggregator thread
 *  looks for beside the program, where the package may be (docs/bundling.md). */
export function scrapeModule(): string {
  try {
    return scrapeModuleUrl()
  } catch {
    return 'offloop/exporters/prometheus'
  }
}

/** The same, of the module that measures the process. */
function processModule(): string {
  try {
    return processModuleUrl()
  } catch {
    return 'offloop/exporters/process'
  }
}
