/** Asks for a snapshot, or scrapes, whenever the main thread wants one, and keeps the answer to itself. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachTelemetry, type TelemetryShare } from 'offloop'

/** Beside the share: where to scrape, and the metric whose series are counted in the answer. */
export interface ReadingThreadData {
  readonly share: TelemetryShare
  readonly url: string
  readonly metric: string
}

const { share, url, metric } = workerData as ReadingThreadData
const telemetry = attachTelemetry(share)

const reads: Readonly<Record<string, () => Promise<number>>> = {
  snapshot: async () => (await telemetry.snapshot()).series.length,
  scrape: async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return text.split(`\n${metric}_seconds_count{`).length - 1
  },
}

parentPort!.on('message', async (read: string) => parentPort!.postMessage(await reads[read]!()))
parentPort!.postMessage('ready')
