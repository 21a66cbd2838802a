/** CPU time of single threads, where the system tells: on Linux. Elsewhere everything here is undefined. */
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'

const TASKS = '/proc/self/task'

/** The threads there are now. The first look makes Node start its own pool of threads, so these are in it. */
export async function listThreads(): Promise<ReadonlySet<string> | undefined> {
  try {
    await readdir(TASKS)
    return new Set(await readdir(TASKS))
  } catch {
    return undefined
  }
}

/** The one thread that has come up since; undefined when there is none, or no telling which. */
export async function findNewThread(before: ReadonlySet<string> | undefined): Promise<string | undefined> {
  const now = await listThreads()
  if (before === undefined || now === undefined) return undefined
  const added = [...now].filter(thread => !before.has(thread))
  return added.length === 1 ? added[0] : undefined
}

/** CPU time of a thread since it began. */
export function threadCpuMs(thread: string | undefined): number | undefined {
  if (thread === undefined) return undefined
  try {
    // The first figure is the time on a processor, in ns.
    const [runNs = ''] = readFileSync(`${TASKS}/${thread}/schedstat`, 'utf8').split(' ')
    return Number(runNs) > 0 ? Number(runNs) / 1e6 : undefined
  } catch {
    return undefined
  }
}
