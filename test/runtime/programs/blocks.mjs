/** Its loop is idle, then blocked once, then busy without a pause. */
import { createTelemetry } from 'offloop'
import { blockMs, passMs, seriesOf, until } from './measured.mjs'

const telemetry = createTelemetry({
  service: 'blocks',
  runtime: { intervalMs: 100, eventLoopResolutionMs: 10 },
})
await telemetry.ready
const delayMax = series => series['nodejs.eventloop.delay.max 0']?.max ?? 0
await until(telemetry, series => 'nodejs.eventloop.delay.max 0' in series)
const quiet = (await seriesOf(telemetry))['nodejs.eventloop.delay.min 0']
await passMs(30)
blockMs(1_000)
const blocked = await until(telemetry, series => delayMax(series) > 0.9)

const { active, idle } = performance.eventLoopUtilization()
const endMs = performance.now() + 400
await new Promise(resolve => {
  const turn = () => {
    blockMs(5)
    if (performance.now() < endMs) setImmediate(turn)
    else resolve()
  }
  turn()
})
const busy = await until(telemetry, series => series['nodejs.eventloop.utilization 0'].max > 0.9)
console.log(
  JSON.stringify({
    quietMin: quiet.min,
    blockedMax: delayMax(blocked),
    utilizationMin: busy['nodejs.eventloop.utilization 0'].min,
    utilizationMax: busy['nodejs.eventloop.utilization 0'].max,
    activeSeconds: busy['nodejs.eventloop.time active 0'].total,
    idleSeconds: busy['nodejs.eventloop.time idle 0'].total,
    before: { active, idle },
    after: performance.eventLoopUtilization(),
  }),
)
await telemetry.close()
