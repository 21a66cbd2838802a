/** Where the sources find the built worker. Tests run the sources, and a thread needs JavaScript: Node 20 runs no
 *  TypeScript. In the package scripts/bundle.mjs puts a module in the place of this one, with the same names. */
import { readFileSync } from 'node:fs'

const { version: packageVersion } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  version: string
}

/** Of offloop. */
export const version: string = packageVersion

/** The version is part of it, so a file left from another build, or brought by another version, is not taken for ours. */
export const workerFileName: string = `offloop-aggregator-${version}.cjs`

/** @throws TypeError where no module has an address: in CommonJS, esbuild's for one */
export function workerFileUrl(): string {
  return new URL(`../../dist/${workerFileName}`, import.meta.url).href
}

/** Address of the extension that renders what is scraped.
 *  @throws TypeError where no module has an address */
export function scrapeModuleUrl(): string {
  return new URL('../../dist/exporters/prometheus.js', import.meta.url).href
}

/** A script that is the whole worker; undefined among the sources. */
export const inlinedWorker: string | undefined = undefined
