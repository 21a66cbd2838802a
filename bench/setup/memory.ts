/** What twenty metrics with 10,000 samples each take (requirement B2): measured once, for the question and the budget. */
import type { AggregatorThreadMemory } from './memory/aggregator-thread.ts'
import type { RecordingThreadMemory } from './memory/recording-thread.ts'
import type { RegistryMemory } from './memory/registry.ts'

/** What the program `memory` measures, each in a process of its own. */
export type MemorySubject = 'registry' | 'recording thread' | 'aggregator thread'

export interface MemoryMeasurement {
  readonly registry: RegistryMemory
  readonly recording: RecordingThreadMemory
  readonly aggregator: AggregatorThreadMemory
}

export interface MemoryPart {
  readonly name: string
  readonly bytes: number
  /** What a program pays once, whatever it measures, is shown beside the total. */
  readonly isInTotal: boolean
}

/** Flags of Node that the program needs. */
export const MEMORY_EXEC_ARGV: readonly string[] = ['--expose-gc']

/** @param run starts the program `memory` with this argument, and resolves with what it has printed */
export async function measureMemory(
  run: (subject: MemorySubject) => Promise<string>,
): Promise<MemoryMeasurement> {
  const measure = async <Measurement>(subject: MemorySubject) => JSON.parse(await run(subject)) as Measurement
  return {
    registry: await measure<RegistryMemory>('registry'),
    recording: await measure<RecordingThreadMemory>('recording thread'),
    aggregator: await measure<AggregatorThreadMemory>('aggregator thread'),
  }
}

/** Live telemetry is filled within one slice of time or two, and keeps an hour of them: the others are added to what it
 *  takes. */
export function memoryParts({ registry, recording, aggregator }: MemoryMeasurement): MemoryPart[] {
  const part = (name: string, bytes: number, isInTotal = true): MemoryPart => ({ name, bytes, isInTotal })
  return [
    part('aggregator thread: windows, slices and all else of live telemetry', aggregator.threadBytes),
    part('aggregator thread: slices of a whole hour on top', registry.fullBytes - registry.momentBytes),
    part('recording thread: handles, lanes and marks', recording.threadBytes),
    ...recording.shared.map(({ name, bytes }) => part(`shared: ${name}`, bytes)),
    part('(besides: code, by import of offloop on the recording thread)', recording.importBytes, false),
    part(
      '(besides: an aggregator thread without metrics, Node’s own included)',
      aggregator.emptyBytes,
      false,
    ),
  ]
}

export function totalBytes(parts: readonly MemoryPart[]): number {
  return parts.reduce((sum, { bytes, isInTotal }) => sum + (isInTotal ? bytes : 0), 0)
}
