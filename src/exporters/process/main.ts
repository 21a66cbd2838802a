/** Measures the process as a whole, on the aggregator thread: what is the same on every thread is read here, where nobody
 *  waits, and where it goes on while the application is blocked. */
import type { Extension, ExtensionHost } from '../../shared/extension/extension.ts'
import { ProcessReader } from './process-reader.ts'

export interface ProcessExtensionOptions {
  readonly intervalMs: number
}

export function start(host: ExtensionHost, options: unknown): Extension {
  const { intervalMs } = options as ProcessExtensionOptions
  const reader = new ProcessReader(host)
  const read = () => reader.read()
  read()
  const timer = setInterval(read, intervalMs).unref()
  return {
    close: () => {
      clearInterval(timer)
      read()
    },
  }
}
