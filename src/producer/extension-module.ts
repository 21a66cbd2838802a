/** Where the modules of extensions are found that come with the package. Creating thread. */

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
