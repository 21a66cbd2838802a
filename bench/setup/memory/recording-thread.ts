/** What a whole telemetry takes on the thread that records, what it shares, and what the system sees of it. */
import { DIRECTORY_BYTES_MAX } from '../../../src/shared/memory/directory.ts'
import { countsSharedBuffers, growthBytes, readThreadMemory } from './heap-reading.ts'
import { recordAll } from './record-all.ts'
import { noteSharedBuffers, sharedBuffers } from './shared-buffers.ts'
import { METRIC_NAMES } from './workload.ts'

export interface RecordingThreadMemory {
  /** Heap and ArrayBuffers that importing offloop takes on this thread: its code. */
  readonly importBytes: number
  /** Heap and ArrayBuffers of this thread since then: what was compiled on the way included. */
  readonly threadBytes: number
  readonly shared: readonly { readonly name: string; readonly bytes: number }[]
  /** Resident memory of the process since before `createTelemetry()`: Node's own worker thread included. */
  readonly residentGrowthBytes: number
  /** Resident memory of the whole process, full. */
  readonly residentBytes: number
  /** Samples that are in the aggregator's windows. */
  readonly sampleCount: number
  readonly lostCount: number
}

export async function measureRecordingThread(): Promise<RecordingThreadMemory> {
  const isSharedCounted = countsSharedBuffers()
  noteSharedBuffers()
  const beforeImport = readThreadMemory()
  const { createTelemetry } = await import('offloop')
  const before = readThreadMemory()
  const residentBefore = process.memoryUsage().rss
  const telemetry = createTelemetry({ service: 'bench' })
  await telemetry.ready
  const latencies = METRIC_NAMES.map(name => telemetry.latency(name))
  await recordAll(telemetry, latencies)
  const after = readThreadMemory()
  const residentBytes = process.memoryUsage().rss
  const buffers = sharedBuffers()
  const counted = isSharedCounted ? buffers.filter(({ growable }) => !growable) : []
  const { control, board } = telemetry.share()
  const nameOf = (buffer: SharedArrayBuffer) => {
    if (buffer === control) return 'control block'
    if (buffer === board) return 'board'
    if (buffer.maxByteLength > DIRECTORY_BYTES_MAX) return 'state'
    return buffer.growable ? 'directory' : 'lane'
  }
  const shared = buffers.map(buffer => ({ name: nameOf(buffer), bytes: buffer.byteLength }))
  const { series } = await telemetry.snapshot()
  const { lost } = await telemetry.close()
  return {
    importBytes: growthBytes(beforeImport, before),
    threadBytes: growthBytes(before, after, lengthOf(counted)),
    shared,
    residentGrowthBytes: residentBytes - residentBefore,
    residentBytes,
    sampleCount: series.reduce((count, { window }) => count + window.size, 0),
    lostCount: lost,
  }
}

function lengthOf(buffers: readonly SharedArrayBuffer[]): number {
  return buffers.reduce((bytes, { byteLength }) => bytes + byteLength, 0)
}
