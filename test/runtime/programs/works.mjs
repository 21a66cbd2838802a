/** Opens files, computes, keeps memory: and reads itself what that comes to. */
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTelemetry } from 'offloop'
import { passMs, until } from './measured.mjs'

const telemetry = createTelemetry({ service: 'works', runtime: { intervalMs: 100 } })
await telemetry.ready

/** What was measured in a round that began after now. */
async function nextRound() {
  const counted = series => series['process.uptime']?.total ?? 0
  const { 'process.uptime': now } = await until(telemetry, series => counted(series) > 0)
  return until(telemetry, series => counted(series) >= now.total + 2)
}

const reading = series => ({
  files: series['process.unix.file_descriptor.count']?.last,
  threads: series['process.thread.count']?.last,
  rss: series['process.memory.usage'].last,
  user: series['process.cpu.time user'].total,
  system: series['process.cpu.time system'].total,
  utilizationMax: series['process.cpu.utilization user']?.max,
  switches: series['process.context_switches voluntary']?.total,
  faults: series['process.paging.faults minor']?.total,
  uptime: series['process.uptime'].last,
  usedHeap: Object.entries(series)
    .filter(([name]) => name.startsWith('v8js.memory.heap.used '))
    .reduce((sum, [, { last }]) => sum + last, 0),
})

const before = reading(await nextRound())
const cpuBefore = process.cpuUsage()
const files = Array.from({ length: 60 }, () => openSync(fileURLToPath(import.meta.url)))
const kept = Buffer.alloc(64 * 1_048_576, 1)
const endMs = performance.now() + 400
while (performance.now() < endMs) Math.sqrt(kept[3])
const during = reading(await nextRound())
const own = {
  rss: process.memoryUsage.rss(),
  cpu: process.cpuUsage(),
  uptime: process.uptime(),
  usedHeap: process.memoryUsage().heapUsed,
}
for (const file of files) closeSync(file)
await passMs(1)
const after = reading(await nextRound())
console.log(JSON.stringify({ before, cpuBefore, during, own, after, kept: kept.length }))
await telemetry.close()
