/** Where the modules of extensions are found that come with the package. Creating thread. */
import { scrapeModuleUrl } from './built-worker.ts'

/** In CommonJS, where bundlers may put this code, no module has an address: then it is a name that the aggregator thread
 *  looks for beside the program, where the package may be (docs/bundling.md). */
export function scrapeModule(): string {
  try {
    return scrapeModuleUrl()
  } catch {
    return 'offloop/exporters/prometheus'
  }
}
