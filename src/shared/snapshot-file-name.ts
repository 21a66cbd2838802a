/** Names of the files a snapshot is written to before it gets its own name. Pure. */
import { basename, dirname, join } from 'node:path'

const SUFFIX = '.tmp'

/** In the same folder, so that a rename is all there is left to do. No other thread of this process writes there, and no
 *  other process of this machine has this pid. */
export function temporaryPath(path: string, pid: number, threadId: number): string {
  return join(dirname(path), `${prefixOf(path, pid)}${threadId}${SUFFIX}`)
}

/** Whether this is a temporary name, of any thread of the process, for that file. */
export function isTemporaryName(name: string, path: string, pid: number): boolean {
  return name.startsWith(prefixOf(path, pid)) && name.endsWith(SUFFIX)
}

function prefixOf(path: string, pid: number): string {
  return `.${basename(path)}.${pid}.`
}
