/** CPU time of single threads, where the system tells: on Linux. Elsewhere everything here is undefined.
 *
 *  It is read from the thread's `schedstat`, so it is that thread's own time on a processor, in nanoseconds, kernel
 *  included: no difference of two processes, and nothing the thread says about itself. */
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'

const TASKS = '/proc/self/task'

/** The main thread's id is the process's. */
export const MAIN_THREAD: string = String(process.pid)

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
function threadCpuMs(thread: string | undefined): number | undefined {
  if (thread === undefined) return undefined
  try {
    const [runNs = ''] = readFileSync(`${TASKS}/${thread}/schedstat`, 'utf8').split(' ')
    return Number(runNs) > 0 ? Number(runNs) / 1e6 : undefined
  } catch {
    return undefined
  }
}

/** Begins to count a thread's CPU time.
 *  @returns gives what it was since, in ms; undefined where the system does not tell */
export function threadCpuSince(thread: string | undefined): () => number | undefined {
  const startMs = threadCpuMs(thread)
  return () => {
    const endMs = threadCpuMs(thread)
    return startMs === undefined || endMs === undefined ? undefined : endMs - startMs
  }
}

/** CPU time of the whole process since it began, in ms. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}
