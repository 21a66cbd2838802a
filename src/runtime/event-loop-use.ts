/** How much of its time this thread's event loop is busy. Application's thread. */
import { performance } from 'node:perf_hooks'
import { threadId } from 'node:worker_threads'
import type { ThreadTelemetry } from '../index.ts'
import type { Sampler } from './sampler.ts'

/** @see OpenTelemetry semantic conventions, nodejs.eventloop.utilization and nodejs.eventloop.time */
export function watchEventLoopUse(telemetry: ThreadTelemetry): Sampler {
  const utilization = telemetry
    .gauge('nodejs.eventloop.utilization', {
      unit: 'ratio',
      help: 'Share of its time the event loop was active, since the reading before',
      labelNames: ['thread.id'],
    })
    .labels({ 'thread.id': threadId })
  const time = telemetry.counter('nodejs.eventloop.time', {
    unit: 's',
    help: 'Time the event loop has been in each state',
    labelNames: ['nodejs.eventloop.state', 'thread.id'],
  })
  const active = time.labels({ 'nodejs.eventloop.state': 'active', 'thread.id': threadId })
  const idle = time.labels({ 'nodejs.eventloop.state': 'idle', 'thread.id': threadId })
  // Since the loop began: the counters are of that, too.
  let before = { active: 0, idle: 0 }
  return {
    sample: () => {
      const now = performance.eventLoopUtilization()
      const activeMs = Math.max(0, now.active - before.active)
      const idleMs = Math.max(0, now.idle - before.idle)
      // Before the loop's first turn it has no time.
      if (activeMs + idleMs === 0) return
      before = now
      utilization.set(activeMs / (activeMs + idleMs))
      active.add(activeMs / 1e3)
      idle.add(idleMs / 1e3)
    },
    stop: () => {},
  }
}
