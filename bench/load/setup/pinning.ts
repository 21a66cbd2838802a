/** Holds the main thread of a process on one core, where the system has a tool for that: `taskset`, on Linux. */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'

/** Left to themselves, two processes that wait for each other may share a core, or not, for seconds on end: twice the
 *  throughput or half of it, by chance. Only the main thread is held: those beside it (offloop's aggregator, the
 *  garbage collector's helpers) go where there is room.
 *  @param core from 0; without a second core nothing is done
 *  @returns whether it is held there */
export async function pinMainThread(pid: number, core: number): Promise<boolean> {
  if (core >= availableParallelism() || availableParallelism() < 2) return false
  try {
    await promisify(execFile)('taskset', ['--pid', '--cpu-list', `${core}`, `${pid}`])
    return true
  } catch {
    return false
  }
}
