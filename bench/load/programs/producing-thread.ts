/** A thread that records into a lane of its own, at a rate or as fast as it can, and says how much it was. */
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { attachTelemetry, type TelemetryShare } from 'offloop'
import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../../setup/inputs.ts'
import { pace } from '../setup/pacing.ts'

export interface ProducerBoot {
  readonly share: TelemetryShare
  /** 0: as fast as it can. */
  readonly ratePerS: number
  readonly durationMs: number
}

/** Between two turns of the loop, at full speed. */
const RECORDS_PER_TURN = 8_192

const { share, ratePerS, durationMs } = workerData as ProducerBoot
const latency = attachTelemetry(share).latency('request')
const values = lognormalValues(INPUT_COUNT)
let recordedCount = 0

parentPort!.postMessage('ready')
await once(parentPort!, 'message')
if (ratePerS > 0) await pace({ ratePerS, durationMs }, record)
else await recordAtFullSpeed()
parentPort!.postMessage(recordedCount)
parentPort!.close()

function record(count: number): void {
  for (let index = 0; index < count; index += 1) latency.record(values[index & INPUT_MASK]!)
  recordedCount += count
}

async function recordAtFullSpeed(): Promise<void> {
  for (const endMs = performance.now() + durationMs; performance.now() < endMs; ) {
    record(RECORDS_PER_TURN)
    await nextTurn()
  }
}
