// A process of a service that is measured: records what it is told, and sends it to a store when it is told to.
import { createTelemetry } from '../../../dist/index.js'
import { remoteWrite } from '../../../dist/prometheus/index.js'

let telemetry

const commands = {
  async begin({ service, options }) {
    const exporter = remoteWrite({ intervalMs: 3_600_000, ...options })
    telemetry = createTelemetry({ service, exporters: [exporter] })
    await telemetry.ready
  },
  record({ samplesMs, increments }) {
    const wait = telemetry.latency('wait', { unit: 'ms', help: 'Time a guest waits', labelNames: ['door'] })
    const front = wait.labels({ door: 'front' })
    for (const sampleMs of samplesMs) front.record(sampleMs)
    telemetry.counter('guests', { unit: '{guests}', help: 'Guests that came' }).add(increments)
  },
  push: () => telemetry.push(),
  close: () => telemetry.close(),
}

process.on('message', async ({ command, ...details }) => {
  try {
    await commands[command](details)
    process.send({ ok: true })
  } catch (error) {
    process.send({ ok: false, text: String(error) })
  }
  if (command === 'close') process.disconnect()
})
