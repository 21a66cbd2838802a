/** Writes the final snapshot to a file: whole or not at all. Aggregator thread. */
import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { reasonOf } from '../shared/limited-log.ts'
import type { TelemetrySnapshot } from '../shared/snapshot.ts'
import { temporaryName } from '../shared/snapshot-file-name.ts'

const { O_CREAT, O_EXCL, O_SYNC = 0, O_WRONLY } = constants
const NEW_AND_SYNCED = O_CREAT | O_EXCL | O_SYNC | O_WRONLY

/** The snapshot as one line of JSON. What is undefined is left out; NaN and the infinities, for which JSON has no number, are
 *  the strings "NaN", "Infinity" and "-Infinity". */
export function snapshotText(snapshot: TelemetrySnapshot): string {
  const withNames = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  return `${JSON.stringify(snapshot, withNames)}\n`
}

/** Writes beside the file, and renames when everything is on the disk: a reader sees the file of before, or the whole new
 *  one. Nothing is left behind when it fails.
 *  @param path absolute
 *  @returns why it failed; undefined when it is written. Never throws. */
export function writeSnapshotFile(path: string, snapshot: () => TelemetrySnapshot): string | undefined {
  const temporary = join(dirname(path), temporaryName(basename(path), process.pid, threadId))
  try {
    const text = snapshotText(snapshot())
    // One that a killed process of the same pid left behind: in a container each has the same.
    rmSync(temporary, { force: true })
    // Under the permission model Node refuses fsync, whatever is allowed: there each write waits for the disk.
    const isLimited = process.permission !== undefined
    const file = openSync(temporary, isLimited ? NEW_AND_SYNCED : 'wx')
    try {
      writeFileSync(file, text)
      // Before the rename: after a power cut the name would else stand for an empty file.
      if (!isLimited) fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    return undefined
  } catch (error) {
    try {
      rmSync(temporary, { force: true })
    } catch {
      // The folder is gone or read-only, and so is what was in it.
    }
    return reasonOf(error)
  }
}
