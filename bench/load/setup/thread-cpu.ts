/** CPU time of single threads over a stretch of a run, where the system tells: on Linux.
 *
 *  It is read from the thread's `schedstat`, so it is that thread's own time on a processor, in nanoseconds, kernel
 *  included: no difference of two processes, and nothing the thread says about itself. */
import { threadCpuMs } from '../../../demo/thread-cpu.ts'

/** The main thread's id is the process's. */
export const MAIN_THREAD: string = String(process.pid)

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
