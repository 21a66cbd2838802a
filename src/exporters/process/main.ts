/** Measures the process as a whole, on the aggregator thread: what is the same on every thread is read here, where nobody
 *  waits, and where it goes on while the application is blocked. */
import type { Extension, ExtensionHost } from '../../shared/extension/extension.ts'
import { reasonOf } from '../../shared/limited-log.ts'
import { ProcessReader } from './process-reader.ts'

export interface ProcessExtensionOptions {
  readonly intervalMs: number
}

export function start(host: ExtensionHost, options: unknown): Extension {
  const { intervalMs } = options as ProcessExtensionOptions
  const reader = new ProcessReader(host)
  // What cannot be registered is said by whoever starts this.
  reader.read()
  const read = () => {
    try {
      reader.read()
    } catch (error) {
      host.log(`offloop: the process could not be measured: ${reasonOf(error)}`)
    }
  }
  const timer = setInterval(read, intervalMs).unref()
  return {
    close: () => {
      clearInterval(timer)
      read()
    },
  }
}
