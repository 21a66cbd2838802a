/** A service of three processes, each of which sends what it measures to a Prometheus-compatible store: the store adds up.
 *  With a Prometheus on this machine, started with --web.enable-remote-write-receiver --enable-feature=native-histograms:
 *  `node examples/remote-write/main.js`, then ask it what is printed; ends on SIGTERM. */

import cluster from 'node:cluster'
import { createTelemetry } from 'offloop'
import { remoteWrite } from 'offloop/prometheus'

const store = process.env.STORE_URL ?? 'http://127.0.0.1:9090'

if (cluster.isPrimary) {
  for (let index = 1; index <= 3; index++) cluster.fork({ INSTANCE: `kitchen-${index}` })
  console.log(`Three processes send to ${store}. All together:`)
  console.log('  sum(rate(meals_total[1m]))')
  console.log('  histogram_quantile(0.95, sum(rate(cooking_seconds[1m])))')
  process.once('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM')
  })
} else {
  const telemetry = createTelemetry({
    service: 'kitchen',
    exporters: [
      remoteWrite({
        url: `${store}/api/v1/write`,
        // No two processes have the same.
        instance: process.env.INSTANCE,
        intervalMs: 5_000,
      }),
    ],
  })
  const cooking = telemetry.latency('cooking', { help: 'From the order to the meal' })
  const meals = telemetry.counter('meals', { help: 'Meals that were served' })

  const timer = setInterval(() => {
    cooking.record(20 + 200 * Math.random() ** 3)
    meals.add(1)
  }, 10)

  process.once('SIGTERM', async () => {
    clearInterval(timer)
    // Sends what came since the last time, and waits for the answer, 1.5 s at most.
    await telemetry.close()
    process.disconnect()
  })
}
