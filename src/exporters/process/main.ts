/** Measures the process as a whole, on the aggregator thread: what is the same on every thread is read here, where nobody
 *  waits, and where it goes on while the application is blocked. */
import type { Extension, ExtensionHost } from '../../shared/extension/extension.ts'
import { DelayReader } from './delay-reader.ts'
import { ProcessReader } from './process-reader.ts'

export interface ProcessExtensionOptions {
  readonly intervalMs: number
  /** Where threads hand over their histograms. */
  readonly delayChannel: string
}

export function start(host: ExtensionHost, options: unknown): Extension {
  const { intervalMs, delayChannel } = options as ProcessExtensionOptions
  const readers = [new ProcessReader(host), new DelayReader(host, delayChannel)]
  const readAll = () => {
    for (const reader of readers) reader.read()
  }
  readAll()
  const timer = setInterval(readAll, intervalMs).unref()
  return {
    close: () => {
      clearInterval(timer)
      readAll()
      for (const reader of readers) reader.close()
    },
  }
}
