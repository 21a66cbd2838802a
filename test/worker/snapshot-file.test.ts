/** The snapshot file is whole or not there, whatever the disk says. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadId, Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { TelemetrySnapshot } from '../../src/shared/snapshot.ts'
import { temporaryName } from '../../src/shared/snapshot-file-name.ts'
import { snapshotText, writeSnapshotFile } from '../../src/worker/snapshot-file.ts'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'offloop-snapshot-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function snapshot(service = 'x', more: object = {}): TelemetrySnapshot {
  return { service, series: [], lost: 0, ...more } as unknown as TelemetrySnapshot
}

test('what JSON has no number for has a name, and what is undefined is left out', () => {
  const text = snapshotText(
    snapshot('x', {
      sum: Number.POSITIVE_INFINITY,
      min: Number.NEGATIVE_INFINITY,
      mean: Number.NaN,
      p50: undefined,
      labels: { route: 'NaN' },
    }),
  )
  expect(text.endsWith('}\n')).toBe(true)
  expect(JSON.parse(text)).toEqual({
    service: 'x',
    series: [],
    lost: 0,
    sum: 'Infinity',
    min: '-Infinity',
    mean: 'NaN',
    labels: { route: 'NaN' },
  })
})

test('a file that is there is replaced, and nothing else is left', () => {
  const folder = emptyFolder()
  const path = join(folder, 'snapshot.json')
  writeFileSync(path, 'older, and much longer than what follows it. '.repeat(100))
  expect(writeSnapshotFile(path, () => snapshot('new'))).toBeUndefined()
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(snapshot('new'))
  expect(readdirSync(folder)).toEqual(['snapshot.json'])
})

test('a temporary file that a killed process of the same pid left is no obstacle', () => {
  const folder = emptyFolder()
  const path = join(folder, 'snapshot.json')
  writeFileSync(join(folder, temporaryName('snapshot.json', process.pid, threadId)), '{"half":')
  expect(writeSnapshotFile(path, () => snapshot())).toBeUndefined()
  expect(readdirSync(folder)).toEqual(['snapshot.json'])
})

test('a snapshot that cannot be made leaves the older file, and says why', () => {
  const folder = emptyFolder()
  const path = join(folder, 'snapshot.json')
  writeFileSync(path, 'older')
  const fail = () => {
    throw new Error('no such snapshot')
  }
  expect(writeSnapshotFile(path, fail)).toBe('no such snapshot')
  expect(readFileSync(path, 'utf8')).toBe('older')
  expect(readdirSync(folder)).toEqual(['snapshot.json'])
})

test.each([
  ['a folder that is not there', (folder: string) => join(folder, 'missing', 'snapshot.json'), 'ENOENT'],
  [
    'a folder of the same name',
    (folder: string) => {
      mkdirSync(join(folder, 'taken'))
      return join(folder, 'taken')
    },
    /EISDIR|ENOTEMPTY|EEXIST|EPERM/,
  ],
  [
    'a file where a folder should be',
    (folder: string) => {
      writeFileSync(join(folder, 'file'), '')
      return join(folder, 'file', 'snapshot.json')
    },
    'ENOTDIR',
  ],
  ['a name that is too long', (folder: string) => join(folder, 'x'.repeat(300)), 'ENAMETOOLONG'],
])('%s: it says why, throws nothing, and leaves nothing behind', (_, place, reason) => {
  const folder = emptyFolder()
  const path = place(folder)
  const before = readdirSync(folder)
  expect(writeSnapshotFile(path, () => snapshot())).toMatch(reason)
  expect(readdirSync(folder)).toEqual(before)
})

test('a reader that never stops looking sees a whole file each time', async () => {
  const folder = emptyFolder()
  const path = join(folder, 'snapshot.json')
  // Of very different lengths: a file that is overwritten in place would show the end of a longer one, or half of it.
  const write = (round: number) =>
    writeSnapshotFile(path, () => snapshot(`round ${round}`, { filler: 'x'.repeat((round % 2) * 100_000) }))
  write(0)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const reader = new Worker(READER, { eval: true, workerData: { path, stop } })
  onTestFinished(async () => void (await reader.terminate()))
  expect(await nextMessage(reader)).toBe('reading')
  for (let round = 1; round <= 200; round++) expect(write(round)).toBeUndefined()
  const counted = nextMessage(reader)
  Atomics.store(stop, 0, 1)
  const { readCount, brokenCount } = (await counted) as { readCount: number; brokenCount: number }
  expect(readCount).toBeGreaterThan(10)
  expect(brokenCount).toBe(0)
})

/** Reads until it is told to stop, and counts what is no whole file. */
const READER = `
  const { readFileSync } = require('node:fs')
  const { parentPort, workerData } = require('node:worker_threads')
  const { path, stop } = workerData
  let [readCount, brokenCount] = [0, 0]
  for (; Atomics.load(stop, 0) === 0; readCount++) {
    try { JSON.parse(readFileSync(path, 'utf8')) } catch { brokenCount++ }
    if (readCount === 0) parentPort.postMessage('reading')
  }
  parentPort.postMessage({ readCount, brokenCount })`

function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
