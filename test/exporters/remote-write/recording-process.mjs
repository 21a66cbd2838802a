// A process of a service that is measured: records what it is told and sends it to a store, until it is told to end.
import { createTelemetry } from '../../../dist/index.js'
import { remoteWrite } from '../../../dist/prometheus/index.js'

let telemetry

process.on('message', async ({ begin, samples, increments, end }) => {
  if (begin !== undefined) {
    telemetry = createTelemetry({
      service: 'shop',
      exporters: [remoteWrite({ intervalMs: 3_600_000, ...begin })],
    })
    await telemetry.ready
  }
  if (samples !== undefined) {
    const wait = telemetry.latency('wait', { unit: 'ms', help: 'Time a guest waits', labelNames: ['door'] })
    const front = wait.labels({ door: 'front' })
    for (const sample of samples) front.record(sample)
    telemetry.counter('guests', { unit: '{guests}', help: 'Guests that came' }).add(increments)
  }
  if (end === true) {
    await telemetry.close()
    process.disconnect()
    return
  }
  try {
    await telemetry.push()
    process.send({ ok: true })
  } catch (error) {
    process.send({ ok: false, code: error.code, message: error.message })
  }
})
