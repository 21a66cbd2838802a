/** Several processes that are measured, each with a telemetry of its own, and what they recorded together. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { RemoteWriteOptions } from '../../../src/prometheus/index.ts'
import { createRandom } from '../../support/random.ts'

const PROGRAM = fileURLToPath(new URL('./recording-process.mjs', import.meta.url))
const SAMPLES_EACH = 20_000
const random = createRandom(5)

/** Milliseconds. No two alike: what holds for one of them holds for none of the others. */
const DISTRIBUTIONS: readonly (() => number)[] = [
  () => 1 + 49 * random.next(),
  () => -100 * Math.log(1 - random.next()),
  () => (random.next() < 0.5 ? 5 + random.next() : 400 + 200 * random.next()),
]

type Command =
  | { readonly command: 'begin'; readonly service: string; readonly options: RemoteWriteOptions }
  | { readonly command: 'record'; readonly samplesMs: readonly number[]; readonly increments: number }
  | { readonly command: 'push' | 'close' }

export interface Fleet {
  /** What all have counted. */
  readonly guests: number
  /** Exact nearest-rank quantile of all samples of all processes, in seconds. */
  quantile(rank: number): number
  close(): Promise<void>
}

/** Each process pushes, records samples of a distribution of its own, and pushes again. */
export async function runFleet(service: string, options: RemoteWriteOptions): Promise<Fleet> {
  const samplesMs = DISTRIBUTIONS.map(draw => Array.from({ length: SAMPLES_EACH }, draw))
  const processes = samplesMs.map(() => fork(PROGRAM))
  onTestFinished(() => {
    for (const process of processes) process.kill('SIGKILL')
  })
  await Promise.all(
    processes.map(async (process, index) => {
      await tell(process, { command: 'begin', service, options })
      await tell(process, { command: 'push' })
      await tell(process, {
        command: 'record',
        samplesMs: samplesMs[index]!,
        increments: 1_000 * (index + 1),
      })
      await tell(process, { command: 'push' })
    }),
  )
  const pooled = samplesMs.flat().sort((a, b) => a - b)
  return {
    guests: 6_000,
    quantile: rank => pooled[Math.ceil(rank * pooled.length) - 1]! / 1_000,
    close: async () => {
      await Promise.all(processes.map(process => tell(process, { command: 'close' })))
    },
  }
}

async function tell(process: ChildProcess, message: Command): Promise<void> {
  const { ok, text } = await new Promise<{ ok: boolean; text?: string }>((resolve, reject) => {
    process.once('message', resolve)
    process.once('exit', code => reject(new Error(`it ended with ${code} at ${message.command}`)))
    process.send(message)
  })
  if (!ok) throw new Error(`${message.command}: ${text}`)
}
