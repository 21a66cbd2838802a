/** Names of the files a snapshot is written to before it gets its own name. Pure. */

const SUFFIX = '.tmp'

/** The name in the same folder, so that a rename is all there is left to do. No other thread of this process writes there, and
 *  no other process of this machine has this pid.
 *  @param fileName of the snapshot file, without its folder */
export function temporaryName(fileName: string, pid: number, threadId: number): string {
  return `${prefixOf(fileName, pid)}${threadId}${SUFFIX}`
}

/** Whether this is such a name for that file, of any thread of the process. */
export function isTemporaryName(name: string, fileName: string, pid: number): boolean {
  return name.startsWith(prefixOf(fileName, pid)) && name.endsWith(SUFFIX)
}

function prefixOf(fileName: string, pid: number): string {
  return `.${fileName}.${pid}.`
}
