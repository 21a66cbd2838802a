/** Loads the module of an extension: from where it should be, or else from the package, where that is installed beside the
 *  program. Aggregator thread. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Modules that come with the package. Bundlers take the code that names them along, and may leave the files behind. */
const PACKAGED = /(?:^offloop\/|\/)exporters\/([\w-]+)(?:\.js)?$/

/** @throws what the first attempt threw */
export async function loadModule(module: string): Promise<unknown> {
  try {
    return await import(module)
  } catch (error) {
    const isMissing = (error as { code?: unknown } | undefined)?.code === 'ERR_MODULE_NOT_FOUND'
    const installed = isMissing ? installedModule(module) : undefined
    if (installed === undefined || installed === module) throw error
    return await import(installed)
  }
}

function installedModule(module: string): string | undefined {
  const [, name] = PACKAGED.exec(module) ?? []
  if (name === undefined) return undefined
  try {
    const path = createRequire(join(process.cwd(), 'package.json')).resolve(`offloop/exporters/${name}`)
    return pathToFileURL(path).href
  } catch {
    return undefined
  }
}
